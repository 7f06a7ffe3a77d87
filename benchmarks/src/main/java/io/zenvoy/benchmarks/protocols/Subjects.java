package io.zenvoy.benchmarks.protocols;

import io.zenvoy.common.HostPort;
import io.zenvoy.it.FreePorts;
import io.zenvoy.it.SelfSigned;
import io.zenvoy.it.downstream.HttpConnection;
import io.zenvoy.it.downstream.JavaWebSocket;
import io.zenvoy.it.downstream.Ssh;
import io.zenvoy.it.downstream.grpc.GrpcDownstream;
import io.zenvoy.it.kube.ContainerRuntime;
import io.zenvoy.it.kube.Services;
import io.zenvoy.it.stack.ZenvoyStack;
import io.zenvoy.it.upstream.EchoUpstream;
import io.zenvoy.it.upstream.MariadbUpstream;
import io.zenvoy.it.upstream.NginxUpstream;
import io.zenvoy.it.upstream.PostgresUpstream;
import io.zenvoy.it.upstream.RedisUpstream;
import io.zenvoy.it.upstream.SshUpstream;
import io.zenvoy.it.upstream.grpc.Echo;
import io.zenvoy.it.upstream.grpc.GrpcUpstream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManagerFactory;
import redis.clients.jedis.Jedis;

/** Makes the protocols that are measured, each with the program and the client people use. */
final class Subjects {
  private static final String TEST = "ProtocolBenchmark";
  private static final int PORT = Services.CONTAINER_PORT;
  private static final String LOOPBACK = "127.0.0.1";
  private static final Duration PATIENCE = Duration.ofSeconds(90);
  private static final String FILE = "file";
  private static final byte[] CONTENT = new byte[128];
  private static final HostPort HTTP = new HostPort(LOOPBACK, ZenvoyStack.HTTP_PORT);

  private Subjects() {}

  /** All of them, with empty databases. */
  static List<Subject> make() throws Exception {
    return List.of(http(), tls(), grpc(), webSocket(), postgres(), mariadb(), redis(), ssh());
  }

  private static Subject http() throws IOException {
    NginxUpstream nginx = NginxUpstream.of("http", TEST, PORT);
    Files.write(nginx.files().resolve(FILE), CONTENT);
    String service = "web";
    return new Subject(
        "HTTP/1.1: nginx, 128 bytes",
        service,
        Map.of(),
        HTTP,
        nginx,
        server -> getting(HttpConnection.open(server, PATIENCE), service));
  }

  private static Client getting(HttpConnection connection, String host) {
    return Client.of(
        connection,
        () -> {
          int status = connection.exchange("GET", host, "/" + FILE, new byte[0]).status();
          require(status == 200, "HTTP " + status);
        });
  }

  private static Subject tls() throws IOException, GeneralSecurityException {
    String name = "secure.example";
    SelfSigned identity = SelfSigned.of(TEST, name);
    NginxUpstream nginx = NginxUpstream.tls(TEST, PORT, identity);
    Files.write(nginx.files().resolve(FILE), CONTENT);
    SSLContext trusting = trusting(identity.certificate());
    return new Subject(
        "TLS by SNI: nginx, 128 bytes",
        "secure",
        Map.of("sni", name),
        new HostPort(LOOPBACK, ZenvoyStack.TLS_PORT),
        nginx,
        server -> getting(new HttpConnection(tlsSocket(trusting, server, name)), name));
  }

  private static SSLContext trusting(Path certificate)
      throws IOException, GeneralSecurityException {
    KeyStore trusted = KeyStore.getInstance(KeyStore.getDefaultType());
    trusted.load(null, null);
    try (var input = Files.newInputStream(certificate)) {
      trusted.setCertificateEntry(
          "server", CertificateFactory.getInstance("X.509").generateCertificate(input));
    }
    TrustManagerFactory managers =
        TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    managers.init(trusted);
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(null, managers.getTrustManagers(), null);
    return context;
  }

  private static Socket tlsSocket(SSLContext context, HostPort server, String name)
      throws IOException {
    SSLSocket socket = (SSLSocket) context.getSocketFactory().createSocket();
    socket.connect(new InetSocketAddress(InetAddress.ofLiteral(server.host()), server.port()));
    socket.setTcpNoDelay(true);
    socket.setSoTimeout((int) PATIENCE.toMillis());
    SSLParameters parameters = socket.getSSLParameters();
    parameters.setServerNames(List.of(new SNIHostName(name)));
    socket.setSSLParameters(parameters);
    socket.startHandshake();
    return socket;
  }

  private static Subject grpc() {
    String service = "grpc";
    return new Subject(
        "gRPC: grpc-java, unary call",
        service,
        Map.of("protocol", "http2"),
        HTTP,
        GrpcUpstream.on(TEST, PORT),
        server -> {
          GrpcDownstream client = GrpcDownstream.Language.JAVA.connect(server, service);
          return Client.of(
              client,
              () -> {
                GrpcDownstream.Answer answer = client.call(Echo.SAY, "hello", PATIENCE);
                require(answer.message().equals("hello"), answer.toString());
              });
        });
  }

  private static Subject webSocket() {
    return new Subject(
        "WebSocket: Java, an echo",
        JavaWebSocket.HOST,
        Map.of(),
        new HostPort(JavaWebSocket.HOST, ZenvoyStack.HTTP_PORT),
        EchoUpstream.on(PORT),
        server -> {
          JavaWebSocket socket = JavaWebSocket.open(server);
          return Client.of(
              socket, () -> require(socket.exchange("hello").equals("hello"), "no echo"));
        });
  }

  private static Subject postgres() throws IOException {
    return tcp(
        "PostgreSQL: JDBC, `select 1`",
        "postgres",
        "postgres",
        PostgresUpstream.on(TEST, PORT),
        server -> selecting("jdbc:postgresql://" + server + "/postgres?user=postgres"));
  }

  private static Subject mariadb() throws IOException {
    return tcp(
        "MariaDB: JDBC, `select 1`",
        "mariadb",
        "mysql",
        MariadbUpstream.on(TEST, PORT, SelfSigned.of(TEST, "mariadb")),
        server ->
            selecting(
                "jdbc:mariadb://" + server + "/?sslMode=disable&user=" + MariadbUpstream.USER));
  }

  private static Client selecting(String url) throws SQLException {
    Connection connection = DriverManager.getConnection(url);
    PreparedStatement select = connection.prepareStatement("select 1");
    return Client.of(
        connection,
        () -> {
          try (ResultSet row = select.executeQuery()) {
            require(row.next() && row.getInt(1) == 1, "not 1");
          }
        });
  }

  private static Subject redis() throws IOException {
    return tcp(
        "Redis: Jedis, `GET`",
        "redis",
        "redis",
        RedisUpstream.on(TEST, PORT),
        server -> {
          Jedis jedis = new Jedis(server.host(), server.port(), (int) PATIENCE.toMillis());
          return Client.of(jedis, () -> require(jedis.get("nothing") == null, "a value"));
        });
  }

  private static Subject ssh() throws IOException, InterruptedException {
    SshUpstream upstream = SshUpstream.on(TEST, PORT);
    return tcp(
        "SSH: OpenSSH, a login for `true`",
        "ssh",
        "tcp",
        upstream,
        server -> {
          Ssh ssh = Ssh.of(upstream, server);
          return Client.of(() -> {}, () -> ssh.run("true").successful());
        });
  }

  private static Subject tcp(
      String title,
      String service,
      String protocol,
      ContainerRuntime pods,
      Subject.Connector connector) {
    int port = FreePorts.next();
    return new Subject(
        title,
        service,
        Map.of("tcp", port + ":http", "protocol", protocol),
        new HostPort(LOOPBACK, port),
        pods,
        connector);
  }

  private static void require(boolean right, String otherwise) throws IOException {
    if (!right) {
      throw new IOException("wrong answer: " + otherwise);
    }
  }
}
