package io.zenvoy.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.zenvoy.it.downstream.ClientRun;
import io.zenvoy.it.downstream.Mariadb;
import io.zenvoy.it.downstream.Psql;
import io.zenvoy.it.downstream.Session;
import io.zenvoy.it.kube.Services;
import io.zenvoy.it.upstream.MariadbUpstream;
import io.zenvoy.it.upstream.PostgresUpstream;
import io.zenvoy.it.upstream.RedisUpstream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Real databases, asleep and awake, with their own clients. */
class DatabasesIT extends OneStack {
  private static final String NAME = "localhost";
  private static final int CLIENTS = 4;
  private static final int TRANSACTIONS = 50;

  @Test
  void pgbenchLosesNoTransactionWhetherItsDatabaseSleptOrNot() throws Exception {
    stack.kubelet().runtime(PostgresUpstream.on("DatabasesIT", Services.CONTAINER_PORT));
    int port = makeTcp("pgbench", "postgres", Map.of());
    pgbench(port, "--initialize", "--quiet");
    workloads.awaitAsleep("pgbench");

    coldWarmAndColdAgain("pgbench", () -> runTransactions(port));
    workloads.awaitAsleep("pgbench");
    runTransactions(port, "--connect");
    workloads.awaitAsleep("pgbench");

    assertThat(Psql.run(port, "select count(*) from pgbench_history"))
        .isEqualTo(Integer.toString(4 * CLIENTS * TRANSACTIONS));
    assertThat(evidence.wakes("pgbench", "ready")).isGreaterThanOrEqualTo(5);
  }

  /** Keeps what earlier runs have written, which pgbench would empty otherwise. */
  private static void runTransactions(int port, String... options)
      throws IOException, InterruptedException {
    List<String> all =
        new ArrayList<>(
            List.of("--no-vacuum", "--client=" + CLIENTS, "--transactions=" + TRANSACTIONS));
    all.addAll(List.of(options));
    pgbench(port, all.toArray(String[]::new));
  }

  private static void pgbench(int port, String... options)
      throws IOException, InterruptedException {
    List<String> command =
        new ArrayList<>(
            List.of(
                Installed.program("pgbench", "postgresql"),
                "--host=127.0.0.1",
                "--port=" + port,
                "--username=postgres"));
    command.addAll(List.of(options));
    command.add("postgres");
    ClientRun.of(command).successful();
  }

  @Test
  void clientsOfPostgresThatAskForTlsGetItFromTheDatabaseItself() throws Exception {
    SelfSigned identity = SelfSigned.of("DatabasesIT", NAME);
    stack.kubelet().runtime(PostgresUpstream.tls("DatabasesIT", Services.CONTAINER_PORT, identity));
    int port = makeTcp("postgres-tls", "postgres", Map.of());

    coldWarmAndColdAgain(
        "postgres-tls",
        () ->
            assertThat(
                    Psql.runTls(
                        port,
                        NAME,
                        identity.certificate(),
                        "select ssl from pg_stat_ssl where pid = pg_backend_pid()"))
                .isEqualTo("t"));
    assertThat(
            Psql.runTls(port, NAME, SelfSigned.of("DatabasesIT", NAME).certificate(), "select 1"))
        .contains("certificate verify failed");
  }

  @Test
  void mariadbThatSpeaksFirstAnswersColdAndHasItsDataAfterEachSleep() throws Exception {
    Mariadb client = new Mariadb(makeMariadb("mariadb", SelfSigned.of("DatabasesIT", NAME)));
    client
        .run("create database d; create table d.t (n int auto_increment primary key) engine=innodb")
        .successful();
    workloads.awaitAsleep("mariadb");

    coldWarmAndColdAgain("mariadb", () -> client.run("insert into d.t values ()").successful());
    workloads.awaitAsleep("mariadb");
    assertThat(client.run("select count(*) from d.t").successful()).isEqualTo("3");
    assertThat(evidence.wakes("mariadb", "ready")).isGreaterThanOrEqualTo(4);
  }

  @Test
  void aSilentSessionKeepsItsMariadbAwakeUntilItLeaves() throws Exception {
    int port = makeMariadb("mariadb-silent", SelfSigned.of("DatabasesIT", NAME));

    try (Session session = new Mariadb(port).open()) {
      assertThat(session.ask("set @kept = 42; select @kept;")).isEqualTo("42");
      workloads.requireSteady("mariadb-silent", 1);
      assertThat(session.ask("select @kept;")).isEqualTo("42");
    }
    workloads.awaitAsleep("mariadb-silent");
    assertThat(evidence.scaleWrites("mariadb-silent")).as("up and down").isEqualTo(2);
  }

  @Test
  void clientsOfMariadbThatAskForTlsGetItFromTheDatabaseItself() throws Exception {
    SelfSigned identity = SelfSigned.of("DatabasesIT", NAME);
    Mariadb client = new Mariadb(makeMariadb("mariadb-tls", identity));

    coldWarmAndColdAgain(
        "mariadb-tls",
        () ->
            assertThat(
                    client
                        .runTls(identity.certificate(), "show status like 'Ssl_version'")
                        .successful())
                .startsWith("Ssl_version\tTLSv1."));
  }

  private int makeMariadb(String name, SelfSigned identity) throws IOException {
    stack.kubelet().runtime(MariadbUpstream.on("DatabasesIT", Services.CONTAINER_PORT, identity));
    return makeTcp(name, "mysql", Map.of());
  }

  @Test
  void redisLosesNoRequestOfItsBenchmarkAndHasItsDataAfterEachSleep() throws Exception {
    int port = makeRedis("redis");

    coldWarmAndColdAgain("redis", () -> benchmark(port));
    workloads.awaitAsleep("redis");
    assertThat(redis(port, "get", "counter:__rand_int__")).isEqualTo("6000");
    assertThat(evidence.wakes("redis", "ready")).isGreaterThanOrEqualTo(3);
  }

  /** Twenty clients, who count to two thousand together. */
  private static void benchmark(int port) throws IOException, InterruptedException {
    ClientRun.of(
            Installed.program("redis-benchmark", "redis-tools"),
            "-p",
            Integer.toString(port),
            "-c",
            "20",
            "-n",
            "2000",
            "-t",
            "incr",
            "-q")
        .successful();
  }

  @Test
  void aSilentSessionKeepsItsRedisAwakeUntilItLeaves() throws Exception {
    int port = makeRedis("redis-silent");

    try (Session session = Session.open(redisCli(port))) {
      assertThat(session.ask("incr n")).isEqualTo("1");
      workloads.requireSteady("redis-silent", 1);
      assertThat(session.ask("incr n")).isEqualTo("2");
    }
    workloads.awaitAsleep("redis-silent");
    assertThat(redis(port, "incr", "n")).isEqualTo("3");
    assertThat(evidence.wakes("redis-silent", "ready")).isEqualTo(2);
  }

  private int makeRedis(String name) throws IOException {
    stack.kubelet().runtime(RedisUpstream.on("DatabasesIT", Services.CONTAINER_PORT));
    return makeTcp(name, "redis", Map.of());
  }

  private static String redis(int port, String... question)
      throws IOException, InterruptedException {
    List<String> command = redisCli(port);
    command.addAll(List.of(question));
    return ClientRun.of(command).successful();
  }

  private static List<String> redisCli(int port) {
    return new ArrayList<>(
        List.of(Installed.program("redis-cli", "redis-tools"), "-e", "-p", Integer.toString(port)));
  }
}
