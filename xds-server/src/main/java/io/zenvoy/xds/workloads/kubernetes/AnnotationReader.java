package io.zenvoy.xds.workloads.kubernetes;

import io.zenvoy.common.Durations;
import io.zenvoy.xds.workloads.kubernetes.Annotations.Annotation;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/**
 * Reads typed values from the annotations of one Service and collects what is wrong with them. Used
 * by one thread.
 */
final class AnnotationReader {
  private final Map<String, String> annotations;
  private final List<String> problems = new ArrayList<>();

  AnnotationReader(Map<String, String> annotations) {
    this.annotations = annotations;
  }

  /** What was wrong so far, one line each. */
  List<String> problems() {
    return problems;
  }

  boolean has(Annotation annotation) {
    return annotations.containsKey(annotation.key());
  }

  int positive(Annotation annotation, int otherwise) {
    return read(
            annotation,
            text -> {
              int number = Integer.parseInt(text);
              if (number < 1) {
                throw new IllegalArgumentException(text);
              }
              return number;
            })
        .orElse(otherwise);
  }

  Optional<Duration> duration(Annotation annotation) {
    return read(
        annotation,
        text -> {
          Duration duration = Durations.parse(text);
          if (duration.isZero()) {
            throw new IllegalArgumentException(text);
          }
          return duration;
        });
  }

  Duration duration(Annotation annotation, Duration otherwise) {
    return duration(annotation).orElse(otherwise);
  }

  boolean flag(Annotation annotation, boolean otherwise) {
    return read(
            annotation,
            text ->
                switch (text) {
                  case "true" -> true;
                  case "false" -> false;
                  default -> throw new IllegalArgumentException(text);
                })
        .orElse(otherwise);
  }

  /**
   * The annotation's value, if it is there and the parser, which throws {@link
   * IllegalArgumentException} for what it does not take, takes it.
   */
  <T> Optional<T> read(Annotation annotation, Function<String, T> parser) {
    String text = annotations.get(annotation.key());
    if (text == null) {
      return Optional.empty();
    }
    try {
      return Optional.of(parser.apply(text.strip()));
    } catch (IllegalArgumentException e) {
      problems.add(
          annotation.key() + ": \"" + text + "\" (expected: " + annotation.expected() + ")");
      return Optional.empty();
    }
  }
}
