package io.zenvoy.xds.workloads.kubernetes.transport;

import io.fabric8.kubernetes.client.jdkhttp.JdkHttpClientFactory;
import io.fabric8.kubernetes.client.jdkhttp.JdkHttpClientImpl;
import java.net.URI;
import java.net.http.HttpClient;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;

/** Makes the clients of one fabric8 client, and ends them with it. Thread-safe. */
public final class AttentiveHttpClientFactory extends JdkHttpClientFactory {
  private final Consumer<URI> onSilence;
  private final Heartbeat heartbeat = new Heartbeat();
  private final List<HttpClient> clients = new CopyOnWriteArrayList<>();

  /**
   * @param onSilence told of what is ended because nothing of it comes any more; must not block
   */
  public AttentiveHttpClientFactory(Consumer<URI> onSilence) {
    this.onSilence = onSilence;
    heartbeat.start();
  }

  @Override
  protected HttpClient.Builder createNewHttpClientBuilder() {
    return new AttentiveHttpClientBuilder(
        super.createNewHttpClientBuilder(),
        fresh -> {
          HttpClient client = new AttentiveHttpClient(fresh, heartbeat, onSilence);
          clients.add(client);
          return client;
        });
  }

  @Override
  protected void closeHttpClient(JdkHttpClientImpl client) {
    heartbeat.close();
    clients.forEach(HttpClient::shutdownNow);
    super.closeHttpClient(client);
  }
}
