package io.zenvoy.it.downstream.grpc;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.grpc.MethodDescriptor;
import io.zenvoy.common.HostPort;
import io.zenvoy.it.Python;
import io.zenvoy.it.upstream.grpc.Echo;
import java.io.BufferedReader;
import java.io.EOFException;
import java.io.IOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** The client of Python's gRPC: each call is a process with a channel of its own. Thread-safe. */
final class PythonGrpcDownstream implements GrpcDownstream {
  private static final ObjectMapper JSON = new ObjectMapper();

  private final HostPort server;
  private final String authority;

  PythonGrpcDownstream(HostPort server, String authority) {
    this.server = server;
    this.authority = authority;
  }

  @Override
  public Answer call(MethodDescriptor<String, String> method, String text, Duration deadline)
      throws IOException {
    Process process = start(deadline, name(method), text);
    return answer(process.inputReader(StandardCharsets.UTF_8));
  }

  @Override
  public Chat chat() throws IOException {
    return new Open(start(PATIENCE, name(Echo.CHAT)));
  }

  @Override
  public void close() {
    // Nothing is kept between calls.
  }

  private Process start(Duration deadline, String method, String... text) throws IOException {
    List<String> arguments = new ArrayList<>(List.of(server.toString(), authority));
    arguments.add(Double.toString(deadline.toMillis() / 1000.0));
    arguments.add(method);
    arguments.addAll(List.of(text));
    return new ProcessBuilder(Python.command("grpc_client.py", "grpc", "python3-grpcio", arguments))
        .redirectError(ProcessBuilder.Redirect.INHERIT)
        .start();
  }

  private static String name(MethodDescriptor<String, String> method) {
    String name = method.getBareMethodName();
    if (name == null) {
      throw new IllegalArgumentException(method + " (expected: a method of a service)");
    }
    return name;
  }

  private static Answer answer(BufferedReader output) throws IOException {
    return JSON.readValue(line(output), Answer.class);
  }

  private static String line(BufferedReader output) throws IOException {
    String line = output.readLine();
    if (line == null) {
      throw new EOFException("the client has ended without an answer");
    }
    return line;
  }

  private static final class Open implements Chat {
    private final Process process;
    private final Writer input;
    private final BufferedReader output;

    private Open(Process process) {
      this.process = process;
      this.input = process.outputWriter(StandardCharsets.UTF_8);
      this.output = process.inputReader(StandardCharsets.UTF_8);
    }

    @Override
    public String exchange(String text) throws IOException {
      input.write(text + "\n");
      input.flush();
      return line(output);
    }

    @Override
    public Answer end() throws IOException {
      input.close();
      return answer(output);
    }

    @Override
    public void close() {
      process.destroyForcibly();
    }
  }
}
