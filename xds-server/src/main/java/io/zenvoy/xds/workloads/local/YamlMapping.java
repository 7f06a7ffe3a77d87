package io.zenvoy.xds.workloads.local;

import io.zenvoy.common.StartupException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import org.yaml.snakeyaml.nodes.MappingNode;
import org.yaml.snakeyaml.nodes.Node;
import org.yaml.snakeyaml.nodes.NodeTuple;
import org.yaml.snakeyaml.nodes.ScalarNode;
import org.yaml.snakeyaml.nodes.SequenceNode;
import org.yaml.snakeyaml.nodes.Tag;

/**
 * A YAML mapping whose every value knows its line, so that each error can say {@code file:line:
 * key: problem}.
 */
final class YamlMapping {
  private final String file;
  private final Node node;
  private final Map<String, Entry> entries = new LinkedHashMap<>();

  private record Entry(Node key, Node value) {}

  private YamlMapping(String file, Node node) {
    this.file = file;
    this.node = node;
  }

  /**
   * Reads the keys of a mapping.
   *
   * @param where what the mapping is, for the error if the node is something else
   */
  static YamlMapping of(String file, Node node, String where) {
    YamlMapping mapping = new YamlMapping(file, node);
    if (!(node instanceof MappingNode pairs)) {
      throw mapping.error(node, where, kind(node) + " (expected: keys and values)");
    }
    for (NodeTuple pair : pairs.getValue()) {
      if (!(pair.getKeyNode() instanceof ScalarNode key)) {
        throw mapping.error(pair.getKeyNode(), where, "a key that is not text");
      }
      if (mapping.entries.put(key.getValue(), new Entry(key, pair.getValueNode())) != null) {
        throw mapping.error(key, key.getValue(), "is there twice");
      }
    }
    return mapping;
  }

  /** Refuses keys that nobody knows, naming the one that was probably meant. */
  void allowOnly(Set<String> known) {
    entries.forEach(
        (key, entry) -> {
          if (!known.contains(key)) {
            String hint =
                Spelling.nearest(key, known)
                    .map(nearest -> "did you mean " + nearest + "?")
                    .orElse("expected: " + String.join(", ", known));
            throw error(entry.key(), key, "unknown key (" + hint + ")");
          }
        });
  }

  Set<String> keys() {
    return entries.keySet();
  }

  /** The error for a key's value, or for the whole mapping where the key is missing. */
  StartupException error(String key, String problem) {
    Entry entry = entries.get(key);
    return error(entry == null ? node : entry.value(), key, problem);
  }

  private StartupException error(Node place, String key, String problem) {
    int line = place.getStartMark().getLine() + 1;
    return new StartupException(file + ":" + line + ": " + key + ": " + problem);
  }

  /** The value of a key; empty where it is missing or has no value. */
  Optional<Node> value(String key) {
    return Optional.ofNullable(entries.get(key))
        .map(Entry::value)
        .filter(value -> !value.getTag().equals(Tag.NULL));
  }

  Optional<String> text(String key) {
    return value(key).map(value -> text(key, value));
  }

  /**
   * Text that a parser understands; the parser throws {@link IllegalArgumentException} with a
   * message that says what was expected.
   */
  <T> Optional<T> parsed(String key, Function<String, T> parser) {
    return value(key).map(value -> parsed(key, value, parser));
  }

  /** A list of texts that a parser understands; empty where the key is missing. */
  <T> List<T> parsedList(String key, Function<String, T> parser) {
    return value(key)
        .map(value -> items(key, value).stream().map(item -> parsed(key, item, parser)).toList())
        .orElse(List.of());
  }

  boolean isList(String key) {
    return value(key).filter(SequenceNode.class::isInstance).isPresent();
  }

  private <T> T parsed(String key, Node value, Function<String, T> parser) {
    try {
      return parser.apply(text(key, value));
    } catch (IllegalArgumentException e) {
      throw error(value, key, String.valueOf(e.getMessage()));
    }
  }

  /** A list of mappings. */
  List<YamlMapping> mappings(String key, String where) {
    return value(key)
        .map(value -> items(key, value).stream().map(item -> of(file, item, where)).toList())
        .orElse(List.of());
  }

  Optional<YamlMapping> mapping(String key) {
    return value(key).map(value -> of(file, value, key));
  }

  private List<Node> items(String key, Node value) {
    if (value instanceof SequenceNode sequence) {
      return sequence.getValue();
    }
    throw error(value, key, kind(value) + " (expected: a list)");
  }

  private String text(String key, Node value) {
    if (value instanceof ScalarNode scalar) {
      return scalar.getValue();
    }
    throw error(value, key, kind(value) + " (expected: text)");
  }

  private static String kind(Node node) {
    return switch (node) {
      case MappingNode mapping -> "keys and values";
      case SequenceNode sequence -> "a list";
      case ScalarNode scalar when scalar.getTag().equals(Tag.NULL) -> "nothing";
      case ScalarNode scalar -> "\"" + scalar.getValue() + "\"";
      default -> "an alias";
    };
  }
}
