package io.zenvoy.it.faults;

import io.zenvoy.it.Pause;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.Optional;

/**
 * Clients of TCP services, on their callers' threads. Every answer is judged: who gave it, and what
 * had arrived there. Thread-safe.
 */
public final class TcpClients {
  /** Longer than anything that is meant to be waited for. */
  private static final Duration PATIENCE = Duration.ofSeconds(90);

  private final Tally tally;

  public TcpClients(Tally tally) {
    this.tally = tally;
  }

  /** What a client does. */
  private interface Attempt {
    Answered make() throws IOException, WrongAnswerException;
  }

  /**
   * What came of it.
   *
   * @param waited for the first answer
   */
  private record Answered(TcpSession session, Duration waited) {}

  /** An answer that is not what it should be. */
  private static final class WrongAnswerException extends Exception {
    private static final long serialVersionUID = 1;

    private final Outcome outcome;

    private WrongAnswerException(Outcome outcome, String description) {
      super(description);
      this.outcome = outcome;
    }
  }

  /**
   * Opens a session, asks, stays, and asks again: counted as one, right if both answers are.
   *
   * @param stay between the first answer and the second question
   */
  public void visit(TcpService service, Duration stay) {
    tallied(
        service,
        () -> {
          long start = System.nanoTime();
          try (TcpSession session = TcpSession.open(service, PATIENCE)) {
            exchange(session);
            Duration waited = since(start);
            Pause.of(stay);
            exchange(session);
            return new Answered(session, waited);
          }
        });
  }

  /**
   * Opens a session and asks one question; it stays open.
   *
   * @return empty if it could not, which is tallied
   */
  public Optional<TcpSession> open(TcpService service) {
    return tallied(
        service,
        () -> {
          long start = System.nanoTime();
          TcpSession session = TcpSession.open(service, PATIENCE);
          exchange(session);
          return new Answered(session, since(start));
        });
  }

  /**
   * Asks one more question, which is counted as something of its own.
   *
   * @return whether it was answered rightly
   */
  public boolean askAgain(TcpSession session) {
    return tallied(
            session.service(),
            () -> {
              long start = System.nanoTime();
              exchange(session);
              return new Answered(session, since(start));
            })
        .isPresent();
  }

  private Optional<TcpSession> tallied(TcpService service, Attempt attempt) {
    tally.sent();
    try {
      Answered answered = attempt.make();
      tally.right(answered.waited());
      return Optional.of(answered.session());
    } catch (WrongAnswerException e) {
      tally.wrong(e.outcome, e.toString());
    } catch (SocketTimeoutException e) {
      tally.wrong(Outcome.HUNG, service.name() + ": " + e);
    } catch (IOException e) {
      tally.wrong(Outcome.LOST, service.name() + ": " + e);
    }
    return Optional.empty();
  }

  private static void exchange(TcpSession session) throws IOException, WrongAnswerException {
    Question question = Question.of("", session.service().name(), "/");
    TcpSession.Answer answer = question.sendIn(session);
    Outcome outcome = question.judge(answer);
    if (outcome != Outcome.RIGHT) {
      throw new WrongAnswerException(outcome, question + ": " + answer);
    }
  }

  private static Duration since(long start) {
    return Duration.ofNanos(System.nanoTime() - start);
  }
}
