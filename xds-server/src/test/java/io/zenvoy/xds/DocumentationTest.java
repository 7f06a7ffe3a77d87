package io.zenvoy.xds;

import static org.assertj.core.api.Assertions.assertThat;

import io.zenvoy.common.environment.Environment;
import io.zenvoy.xds.workloads.kubernetes.Annotations;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * README's tables say what the code does: no setting, annotation or metric is missing there, and
 * none is made up.
 */
class DocumentationTest {
  private static final Pattern METER = Pattern.compile("\"(zenvoy[._][a-z._]+)\"");
  private static final Pattern SUFFIX = Pattern.compile("_(total|seconds)$");

  @Test
  void everySettingIsInTheTableWithItsDefault() throws IOException {
    Environment environment = new Environment(Map.of());
    XdsServerConfig.read(environment);

    assertThat(rows("### xds-server"))
        .map(row -> Map.entry(row.get(0), row.get(1)))
        .containsExactlyInAnyOrderElementsOf(
            environment.settings().stream()
                .map(setting -> Map.entry(setting.key(), setting.defaultValue()))
                .toList());
  }

  @Test
  void everyMetricIsInTheTable() throws IOException {
    Set<String> documented = new TreeSet<>();
    for (List<String> row : rows("| xds-server |")) {
      documented.add(SUFFIX.matcher(row.getFirst()).replaceFirst(""));
    }
    assertThat(documented).isEqualTo(metersInTheCode());
  }

  @Test
  void everyAnnotationIsInTheTable() throws IOException {
    assertThat(rows("### Annotations"))
        .map(row -> row.subList(0, 4))
        .containsExactlyElementsOf(
            Annotations.ALL.stream()
                .map(
                    annotation ->
                        List.of(
                            annotation.key(),
                            annotation.expected(),
                            annotation.defaultValue(),
                            annotation.description()))
                .toList());
  }

  private static Set<String> metersInTheCode() throws IOException {
    Set<String> names = new TreeSet<>();
    try (Stream<Path> files = Files.walk(Path.of("src", "main", "java"))) {
      for (Path file : files.filter(path -> path.toString().endsWith(".java")).toList()) {
        METER
            .matcher(Files.readString(file))
            .results()
            .map((MatchResult match) -> match.group(1).replace('.', '_'))
            .forEach(names::add);
      }
    }
    return names;
  }

  /** The cells of the table that follows a line of README, without their quoting. */
  private static List<List<String>> rows(String start) throws IOException {
    return Files.readAllLines(Path.of("..", "README.md")).stream()
        .dropWhile(line -> !line.startsWith(start))
        .dropWhile(line -> !line.startsWith("|"))
        .takeWhile(line -> line.startsWith("|"))
        .skip(2)
        .map(
            line -> Stream.of(line.split("\\|", -1)).skip(1).map(DocumentationTest::plain).toList())
        .toList();
  }

  private static String plain(String cell) {
    return cell.replace("`", "").strip();
  }
}
