package io.zenvoy.xds.workloads.local;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.zenvoy.common.StartupException;
import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.error.Mark;
import org.yaml.snakeyaml.error.MarkedYAMLException;
import org.yaml.snakeyaml.error.YAMLException;
import org.yaml.snakeyaml.nodes.Node;

/** Reads the file of local services. Every error names file, line and key. */
final class ServicesFile {
  private static final String SERVICES = "services";

  private ServicesFile() {}

  /**
   * Reads all services, in the file's order.
   *
   * @throws StartupException if anything in the file is not understood, or two services claim the
   *     same name, port or host
   */
  static List<LocalService> read(Path file, LocalDefaults defaults) {
    String shown = file.toString();
    YamlMapping root = YamlMapping.of(shown, compose(file, shown), SERVICES);
    root.allowOnly(Set.of(SERVICES));
    List<YamlMapping> mappings = root.mappings(SERVICES, "a service");
    if (mappings.isEmpty()) {
      throw root.error(SERVICES, "none (expected: at least one service)");
    }
    Path directory = Optional.ofNullable(file.toAbsolutePath().getParent()).orElse(Path.of("/"));
    LocalServiceReader reader = new LocalServiceReader(directory, defaults);
    Map<String, String> claims = new HashMap<>();
    List<LocalService> services = new ArrayList<>();
    for (YamlMapping mapping : mappings) {
      LocalService service = reader.read(mapping, services.size());
      claim(claims, mapping, "name", service.name(), service);
      for (String host : service.hosts()) {
        claim(claims, mapping, "hosts", host, service);
      }
      service
          .port()
          .ifPresent(
              port -> claim(claims, mapping, "port", Integer.toString(port) + "/tcp", service));
      service
          .tcp()
          .ifPresent(
              port -> claim(claims, mapping, "tcp", Integer.toString(port) + "/tcp", service));
      services.add(service);
    }
    return List.copyOf(services);
  }

  /** Names and hosts share one map: a service is reached by its name as well. */
  private static void claim(
      Map<String, String> claims,
      YamlMapping mapping,
      String key,
      String value,
      LocalService service) {
    String owner = claims.put(value, service.name());
    if (owner == null) {
      return;
    }
    String shown = value.replace("/tcp", "");
    if (!owner.equals(service.name())) {
      throw mapping.error(key, shown + " belongs to service " + owner + " already");
    }
    if (key.equals("name")) {
      throw mapping.error(key, shown + " is the name of two services");
    }
  }

  private static Node compose(Path file, String shown) {
    try (Reader reader = Files.newBufferedReader(file, UTF_8)) {
      @Nullable Node root = new Yaml(new LoaderOptions()).compose(reader);
      if (root == null) {
        throw new StartupException(shown + ":1: services: missing (the file is empty)");
      }
      return root;
    } catch (NoSuchFileException e) {
      throw new StartupException(shown + ": there is no such file", e);
    } catch (IOException e) {
      throw new StartupException(shown + ": can't be read: " + e.getMessage(), e);
    } catch (MarkedYAMLException e) {
      @Nullable Mark mark = e.getProblemMark();
      String line = mark == null ? "" : ":" + (mark.getLine() + 1);
      throw new StartupException(shown + line + ": not YAML: " + e.getProblem(), e);
    } catch (YAMLException e) {
      throw new StartupException(shown + ": not YAML: " + e.getMessage(), e);
    }
  }
}
