// Closes a run with the line that test.sh adds up, in the form of cargo's.
import type { Reporter, TestCase } from "@playwright/test/reporter";

export default class Summary implements Reporter {
  private tests: TestCase[] = [];

  onTestEnd(test: TestCase) {
    if (!this.tests.includes(test)) this.tests.push(test);
  }

  onEnd() {
    const count = (outcome: string) => this.tests.filter((test) => test.outcome() === outcome).length;
    const failed = count("unexpected") + count("flaky");
    console.log(
      `test result: ${failed ? "FAILED" : "ok"}. ${count("expected")} passed; ` +
        `${failed} failed; ${count("skipped")} ignored`,
    );
  }
}
