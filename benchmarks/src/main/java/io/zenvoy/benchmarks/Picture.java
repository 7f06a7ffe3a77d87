package io.zenvoy.benchmarks;

import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/** Bars as a picture (SVG), one panel for each figure. */
public final class Picture {
  private static final int WIDTH = 760;
  private static final int LABEL = 180;
  private static final int BAR = 16;
  private static final int GAP = 4;
  private static final int HEADING = 34;
  private static final String OURS = "zenvoy";

  private final Map<String, Map<String, Double>> panels = new LinkedHashMap<>();

  /** Adds a bar to a figure's panel. */
  public void add(String figure, String label, double value) {
    panels.computeIfAbsent(figure, key -> new LinkedHashMap<>()).put(label, value);
  }

  /** The picture's text. */
  public String svg() {
    int height = GAP;
    StringBuilder body = new StringBuilder();
    for (var panel : panels.entrySet()) {
      height += HEADING;
      body.append(text(GAP, height - 10, "bold", panel.getKey()));
      double most = panel.getValue().values().stream().max(Comparator.naturalOrder()).orElse(1.0);
      for (var bar : panel.getValue().entrySet()) {
        double length = bar.getValue() / most * (WIDTH - LABEL - 80);
        body.append(text(GAP, height + BAR - 4, "normal", bar.getKey()));
        body.append(
            String.format(
                Locale.ROOT,
                "<rect x=\"%d\" y=\"%d\" width=\"%.1f\" height=\"%d\" fill=\"%s\"/>%n",
                LABEL,
                height,
                length,
                BAR,
                bar.getKey().equals(OURS) ? "#2563eb" : "#94a3b8"));
        body.append(
            text(
                LABEL + (int) length + GAP,
                height + BAR - 4,
                "normal",
                String.format(
                    Locale.ROOT, bar.getValue() < 100 ? "%.2f" : "%.0f", bar.getValue())));
        height += BAR + GAP;
      }
    }
    return String.format(
            Locale.ROOT,
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" width=\"%d\""
                + " font-family=\"sans-serif\" font-size=\"12\">%n"
                + "<rect width=\"100%%\" height=\"100%%\" fill=\"white\"/>%n",
            WIDTH,
            height + GAP,
            WIDTH)
        + body
        + "</svg>\n";
  }

  private static String text(int x, int y, String weight, String text) {
    return String.format(
        Locale.ROOT,
        "<text x=\"%d\" y=\"%d\" font-weight=\"%s\">%s</text>%n",
        x,
        y,
        weight,
        text.replace("&", "&amp;").replace("<", "&lt;"));
  }
}
