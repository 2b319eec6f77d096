// Prints a row for each page as soon as it is measured.

import type { Reporter, TestCase, TestError, TestResult } from "@playwright/test/reporter";
import { goals } from "./budgets.mjs";

const columns = ["KB", "goal", "ceiling", "requests", "second page, KB", "readable, s", "live, s"];

export default class Table implements Reporter {
  onBegin(): void {
    const { requests, second, readable, live } = goals;
    console.log(
      "WebAssembly and JavaScript of each page with an empty cache, as sent (Brotli), and times on a slow line\n" +
        `(goals: ${requests} requests, ${second} KB more for the second page of a section, readable ${readable} s, live ${live} s)`,
    );
    console.log(row("page", columns));
  }

  onTestEnd(test: TestCase, { annotations, error }: TestResult): void {
    const cells = annotations.filter(({ type }) => type === "cell").map(({ description }) => description ?? "");
    if (cells.length > 0) console.log(row(test.title, cells));
    if (error) console.log(`${test.title}: ${describe(error)}`);
  }

  onError(error: TestError): void {
    console.log(describe(error));
  }

  printsToStdio(): boolean {
    return true;
  }
}

function describe({ message, value }: TestError): string {
  return message ?? value ?? "failed";
}

function row(page: string, cells: string[]): string {
  return page.padEnd(42) + columns.map(({ length }, index) => (cells[index] ?? "").padStart(length + 2)).join("");
}
