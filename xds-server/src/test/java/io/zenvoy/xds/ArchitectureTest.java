package io.zenvoy.xds;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.importer.ImportOption.DoNotIncludeTests;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.library.dependencies.SlicesRuleDefinition;

/**
 * Holds what ARCHITECTURE.md says of the packages: who may know whom, and where a third party's API
 * stays.
 */
@AnalyzeClasses(packages = "io.zenvoy.xds", importOptions = DoNotIncludeTests.class)
class ArchitectureTest {
  @ArchTest
  static final ArchRule fabric8StaysInItsAdapter =
      noClasses()
          .that()
          .resideOutsideOfPackage("..workloads.kubernetes..")
          .should()
          .dependOnClassesThat()
          .resideInAPackage("io.fabric8..")
          .because("the life cycle knows no Kubernetes: local processes are the other adapter");

  @ArchTest
  static final ArchRule envoyStaysAtTheEdge =
      noClasses()
          .that()
          .resideOutsideOfPackages("..translate..", "..serve..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("io.envoyproxy..", "io.grpc..", "com.google.protobuf..")
          .because("protos are built in translate and spoken in serve, and known nowhere else");

  @ArchTest
  static final ArchRule theModelKnowsNobody =
      noClasses()
          .that()
          .resideInAPackage("..xds.model..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(
              "..workloads..", "..lifecycle..", "..translate..", "..serve..", "..status..")
          .because("everybody shares it");

  @ArchTest
  static final ArchRule theLifeCycleDoesNoInputOrOutput =
      noClasses()
          .that()
          .resideInAPackage("..lifecycle..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("java.net..", "java.nio..", "java.io..", "..workloads.kubernetes..")
          .because(
              "it is driven by events and a clock, so that it can be tested as a state machine");

  @ArchTest
  static final ArchRule packagesFormNoCycle =
      SlicesRuleDefinition.slices()
          .matching("io.zenvoy.xds.(*)..")
          .should()
          .beFreeOfCycles()
          .because("data flows one way");
}
