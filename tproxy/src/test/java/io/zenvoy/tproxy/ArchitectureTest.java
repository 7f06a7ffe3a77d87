package io.zenvoy.tproxy;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.importer.ImportOption.DoNotIncludeTests;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

/** The layers that the packages' documentation promises. */
@AnalyzeClasses(packages = "io.zenvoy.tproxy", importOptions = DoNotIncludeTests.class)
final class ArchitectureTest {
  @ArchTest
  static final ArchRule ONLY_THE_PROXY_KNOWS_NETTY =
      noClasses()
          .that()
          .resideOutsideOfPackage("io.zenvoy.tproxy.proxy")
          .and()
          .doNotHaveSimpleName("ServerChannel") // sets an option of gRPC's own Netty channel
          .should()
          .dependOnClassesThat()
          .resideInAPackage("io.netty..")
          .because("what owns connections may be exchanged without touching anything else");

  @ArchTest
  static final ArchRule ONLY_DISCOVERY_KNOWS_GRPC_AND_PROTOS =
      noClasses()
          .that()
          .resideOutsideOfPackage("io.zenvoy.tproxy.discovery..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(
              "io.zenvoy.tproxy.discovery.wire", "io.grpc..", "com.google.protobuf..")
          .because("Envoy's words end where the routing table begins");

  @ArchTest
  static final ArchRule DATA_FLOWS_ONE_WAY =
      noClasses()
          .that()
          .resideInAnyPackage("io.zenvoy.tproxy.redirect", "io.zenvoy.tproxy.discovery..")
          .should()
          .dependOnClassesThat()
          .resideInAPackage("io.zenvoy.tproxy.proxy")
          .because("tables are handed to the proxy through discovery's own interface");
}
