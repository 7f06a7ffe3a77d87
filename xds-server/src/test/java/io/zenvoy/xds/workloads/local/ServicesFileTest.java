package io.zenvoy.xds.workloads.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import io.zenvoy.common.StartupException;
import io.zenvoy.xds.model.IgnoredRequest;
import io.zenvoy.xds.model.Protocol;
import io.zenvoy.xds.model.ServiceSpec;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.OptionalInt;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class ServicesFileTest {
  private static final LocalDefaults DEFAULTS =
      new LocalDefaults(Duration.ofMinutes(5), Duration.ofMinutes(1), 1000);

  @TempDir Path folder;
  private Path file;

  @BeforeEach
  void nameFile() {
    file = folder.resolve("services.yaml");
  }

  @Test
  void aServiceWithAListenerOfItsOwnSpeaksTcpUnlessItSaysMore() throws IOException {
    List<LocalService> services =
        read(
            """
            services:
              - {name: raw, command: 'x {port}', tcp: 7000}
              - {name: db, command: 'x {port}', tcp: 7001, protocol: postgres}
            """);

    assertThat(services)
        .extracting(
            service -> service.specification().ports().getFirst().protocol(),
            service -> service.specification().tcp().listeners().getFirst().listenerPort())
        .containsExactly(tuple(Protocol.TCP, 7000), tuple(Protocol.POSTGRES, 7001));
  }

  @Test
  void everyKeyIsRead() throws IOException {
    Files.createDirectory(folder.resolve("work"));
    LocalService service =
        read("""
                services:
                  - name: hello
                    command: python3 -m http.server {port} --bind 127.0.0.1
                    port: 9001
                    hosts: [Hello.example.com, "*.b.example.com"]
                    idle: 30s
                    wake-timeout: 20s
                    environment: {COLOR: red, NUMBER: 7, EMPTY: }
                    directory: work
                    protocol: http2
                    ignore: [path=/healthz, user-agent=curl]
                """)
            .getFirst();
    assertThat(service.commandWithPort(9001))
        .containsExactly("sh", "-c", "python3 -m http.server 9001 --bind 127.0.0.1");
    assertThat(service.port()).isEqualTo(OptionalInt.of(9001));
    assertThat(service.hosts()).containsExactly("hello.example.com", "*.b.example.com");
    assertThat(service.policy().scaleToZeroAfter()).isEqualTo(Duration.ofSeconds(30));
    assertThat(service.policy().wakeTimeout()).isEqualTo(Duration.ofSeconds(20));
    assertThat(service.policy().ignored())
        .containsExactly(new IgnoredRequest.Path("/healthz"), new IgnoredRequest.UserAgent("curl"));
    assertThat(service.environment())
        .containsEntry("COLOR", "red")
        .containsEntry("NUMBER", "7")
        .containsEntry("EMPTY", "");
    assertThat(service.directory()).isEqualTo(folder.resolve("work"));
    assertThat(service.protocol()).isEqualTo(Protocol.HTTP2);
  }

  @Test
  void whatIsNotSaidTakesItsDefault() throws IOException {
    LocalService service =
        read("""
                services:
                  - name: hello
                    command: [serve, "--port={port}"]
                """)
            .getFirst();
    assertThat(service.commandWithPort(7)).containsExactly("serve", "--port=7");
    assertThat(service.port()).isEmpty();
    assertThat(service.policy().scaleToZeroAfter()).isEqualTo(Duration.ofMinutes(5));
    assertThat(service.policy().wakeTimeout()).isEqualTo(Duration.ofMinutes(1));
    assertThat(service.policy().maxParked()).isEqualTo(1000);
    assertThat(service.directory()).isEqualTo(folder);
    assertThat(service.protocol()).isEqualTo(Protocol.HTTP);
  }

  @Test
  void theEarlierOfTwoServicesIsTheOlderOne() throws IOException {
    List<LocalService> services =
        read(
            """
            services:
              - {name: one, command: a, port: 1}
              - {name: two, command: b, port: 2}
            """);
    ServiceSpec one = services.get(0).specification();
    ServiceSpec two = services.get(1).specification();
    assertThat(one.created()).isBefore(two.created());
    assertThat(one.uid()).isNotEqualTo(two.uid());
    assertThat(read(Files.readString(file)).get(1).specification()).isEqualTo(two);
  }

  /** Each first line lacks the file's name; {@code |} stands for a new line. */
  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      textBlock =
          """
          services:|- name: a|  comand: x|  port: 1;                   :3: comand: unknown key (did you mean command?)
          services:|- name: a|  colour: x;                             :3: colour: unknown key (expected: name, command, port, tcp, hosts, idle, wake-timeout, environment, directory, protocol, ignore)
          service:|- name: a;                                          :1: service: unknown key (did you mean services?)
          services:|- command: x|  port: 1;                            :2: name: missing
          services:|- name: a|  port: 1;                               :2: command: missing
          services:|- name: a|  command:|  port: 1;                    :3: command: missing
          services:|- name: a|  command: []|  port: 1;                 :3: command: missing
          services:|- name: a|  command: {x: y}|  port: 1;             :3: command: keys and values (expected: text)
          services:|- name: a|  command: x;                            :2: port: missing, and the command has no {port} to be filled in
          services:|- name: A_b|  command: x;                          :2: name: "A_b" (expected: lower-case letters, digits and -, at most 63)
          services:|- name: a|  command: x|  port: 65536;              :4: port: "65536" (expected: a port from 1 to 65535)
          services:|- name: a|  command: x|  port: [1];                :4: port: a list (expected: text)
          services:|- name: a|  command: x|  port: 1|  idle: 30;       :5: idle: "30" (expected: a duration such as 30s, 5m or 1h30m)
          services:|- name: a|  command: x|  port: 1|  idle: 0s;       :5: idle: "0s" (expected: more than zero)
          services:|- name: a|  command: x|  port: 1|  wake-timeout: x; :5: wake-timeout: "x" (expected: a duration such as 30s, 5m or 1h30m)
          services:|- name: a|  command: x|  port: 1|  ignore: [/up];  :5: ignore: "/up" (expected: path=/x or user-agent=prefix)
          services:|- name: a|  command: x|  port: 1|  hosts: b.c;     :5: hosts: "b.c" (expected: a list)
          services:|- name: a|  command: x|  port: 1|  hosts:|  - b|  - b c; :7: hosts: "b c" (expected: a name such as a.example.com or *.example.com)
          services:|- name: a|  command: x|  port: 1|  protocol: ftp;  :5: protocol: "ftp" (expected: one of http, http2, tcp, postgres, mysql, redis)
          services:|- name: a|  command: x|  port: 1|  protocol: redis; :2: tcp: missing (expected: the port on which clients find the service)
          services:|- name: a|  command: x|  port: 1|  tcp: 65536;      :5: tcp: "65536" (expected: a port from 1 to 65535)
          services:|- name: a|  command: x|  port: 1|  tcp: 1;          :5: tcp: 1 is where the program itself listens
          services:|- {name: a, command: x, port: 1, tcp: 7}|- name: b|  command: x|  port: 2|  tcp: 7; :6: tcp: 7 belongs to service a already
          services:|- name: a|  command: x|  port: 1|  environment: x; :5: environment: "x" (expected: keys and values)
          services:|- name: a|  command: x|  port: 1|  environment: {1x: y}; :5: 1x: not a name of an environment variable
          services:|- name: a|  name: b;                               :3: name: is there twice
          services:|- {name: a, command: x, port: 1}|- {name: a, command: x, port: 2}; :3: name: a is the name of two services
          services:|- {name: a, command: x, port: 1}|- name: b|  command: x|  port: 1; :5: port: 1 belongs to service a already
          services:|- {name: a, command: x, port: 1, hosts: [h]}|- name: b|  command: x|  port: 2|  hosts: [h]; :6: hosts: h belongs to service a already
          services: [];                                                :1: services: none (expected: at least one service)
          services: x;                                                 :1: services: "x" (expected: a list)
          services:|- x;                                               :2: a service: "x" (expected: keys and values)
          - x;                                                         :1: services: a list (expected: keys and values)
          '';                                                          :1: services: missing (the file is empty)
          services:|- {name: a;                                        :2: not YAML: expected ',' or '}', but got <stream end>
          """)
  void aMistakeIsReportedWithFileLineAndKey(String text, String problem) {
    assertThatThrownBy(() -> read(text.replace('|', '\n')))
        .isInstanceOf(StartupException.class)
        .hasMessage(file + problem);
  }

  @Test
  void aDirectoryThatIsNotThereIsReported() {
    assertThatThrownBy(
            () ->
                read(
                    """
                    services:
                      - name: a
                        command: x {port}
                        directory: nowhere
                    """))
        .isInstanceOf(StartupException.class)
        .hasMessage(
            file
                + ":4: directory: \"nowhere\" (expected: a folder; "
                + folder.resolve("nowhere")
                + " is none)");
  }

  @Test
  void aFileThatIsNotThereIsReported() {
    assertThatThrownBy(() -> ServicesFile.read(file, DEFAULTS))
        .isInstanceOf(StartupException.class)
        .hasMessage(file + ": there is no such file");
  }

  private List<LocalService> read(String text) throws IOException {
    Files.writeString(file, text);
    return ServicesFile.read(file, DEFAULTS);
  }
}
