// Test fixtures: a running server, an account for each test, and a check that the browser console has no errors.

import { createServer } from "node:http";
import { type AddressInfo } from "node:net";
import { type BrowserContext, type Page, test as base, expect } from "@playwright/test";
import { Account } from "./account.ts";
import { Demo } from "./demo.ts";
import { Server } from "./server.ts";

export { expect };

interface Fixtures {
  /** The server under test, shared within a worker unless a file overrides it. */
  server: Server;
  /** An account that no other test uses. */
  account: Account;
  /** Opens a page in a new browser context with its own cookies. */
  anotherBrowser: () => Promise<Page>;
  /** Allows console errors that the test provokes on purpose. */
  allowConsoleError: (pattern: RegExp) => void;
  /** The console errors of all browsers of the test. */
  consoleErrors: ConsoleErrors;
  serverLog: void;
}

interface WorkerFixtures {
  sharedServer: Server;
}

export const test = base.extend<Fixtures, WorkerFixtures>({
  sharedServer: [
    async ({}, use) => {
      const server = await Server.start();
      await use(server);
      await server.stop();
    },
    { scope: "worker" },
  ],

  server: ({ sharedServer }, use) => use(sharedServer),

  baseURL: ({ server }, use) => use(server.url),

  account: async ({ server }, use) => use(await Account.create(server)),

  consoleErrors: [
    async ({}, use) => {
      const consoleErrors = new ConsoleErrors();
      await use(consoleErrors);
      expect(consoleErrors.unexpected(), "errors on the browser console").toEqual([]);
    },
    { auto: true },
  ],

  allowConsoleError: ({ consoleErrors }, use) => use((pattern) => consoleErrors.allow(pattern)),

  context: async ({ context, consoleErrors }, use) => {
    await consoleErrors.watch(context);
    await use(context);
  },

  anotherBrowser: async ({ browser, consoleErrors }, use) => {
    const contexts: BrowserContext[] = [];
    await use(async () => {
      const context = await browser.newContext();
      contexts.push(context);
      await consoleErrors.watch(context);
      return context.newPage();
    });
    await Promise.all(contexts.map((context) => context.close()));
  },

  serverLog: [
    async ({ server }, use, info) => {
      const before = (await server.log()).length;
      await use();
      if (info.status !== info.expectedStatus) {
        await info.attach("server log", { body: (await server.log()).slice(before), contentType: "text/plain" });
      }
    },
    { auto: true },
  ],
});

/** Starts a new server with an empty database for each test. */
export const testOnFreshServer = test.extend({
  server: async ({}, use) => {
    const server = await Server.start();
    await use(server);
    await server.stop();
  },
});

/** Adds the demo account, whose pages show data, to the worker's server. */
export const testWithDemo = test.extend<object, { demo: Demo }>({
  demo: [async ({ sharedServer }, use) => use(await Demo.create(sharedServer)), { scope: "worker" }],
});

/** A stub application that browsers are redirected to. */
export interface Application {
  redirectUri: string;
  /** The query parameters of each redirect, in order. */
  redirects: URLSearchParams[];
}

/** Starts a stub application for each test. */
export const testWithApplication = test.extend<{ application: Application }>({
  application: async ({}, use) => {
    const redirects: URLSearchParams[] = [];
    const server = createServer((request, response) => {
      const url = new URL(request.url!, "http://application");
      response.setHeader("content-type", "text/html").end("<link rel=icon href='data:,'><h1>Back in the application</h1>");
      if (url.pathname === "/back") redirects.push(url.searchParams);
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const redirectUri = `http://127.0.0.1:${(server.address() as AddressInfo).port}/back?kept=yes`;
    await use({ redirectUri, redirects });
    server.closeAllConnections();
    server.close();
  },
});

/** Tags tests that need scripts, in files whose other tests also run without. */
export const needsScript = "@script";

/** Tags tests of what pages do only without scripts, in the same files. */
export const needsNoScript = "@no-script";

/** Returns whether scripts are on in the running test. */
export function hasScript(): boolean {
  return base.info().project.use.javaScriptEnabled !== false;
}

/** Chromium warns if a preloaded file is unused after a few seconds: on a slow machine, and always without scripts. */
function isPreloadWarning(warning: string): boolean {
  return warning.includes("was preloaded using link preload but not used");
}

/** Collects console errors and warnings (such as a failed hydration), uncaught exceptions and CSP violations. */
class ConsoleErrors {
  readonly #messages: string[] = [];
  // Chromium also logs the 4xx response to a rejected form, which the page shows.
  readonly #allowed: RegExp[] = [/status of 4\d\d \([\w ]+\) \(http:\/\/[^ ]+\/fn\//];

  async watch(context: BrowserContext): Promise<void> {
    context.on("console", (message) => {
      const isProblem = message.type() === "error" || (message.type() === "warning" && !isPreloadWarning(message.text()));
      if (isProblem) this.#messages.push(`${message.text()} (${message.location().url})`);
    });
    context.on("weberror", (error) => this.#messages.push(String(error.error())));
    await context.exposeFunction("reportViolation", (violation: string) => this.#messages.push(violation));
    await context.addInitScript(() => {
      document.addEventListener("securitypolicyviolation", (event) => {
        const report = (window as unknown as { reportViolation: (violation: string) => void }).reportViolation;
        report(`${event.violatedDirective} forbids ${event.blockedURI} (${event.sourceFile}:${event.lineNumber})`);
      });
    });
  }

  allow(pattern: RegExp): void {
    this.#allowed.push(pattern);
  }

  unexpected(): string[] {
    return this.#messages.filter((message) => !this.#allowed.some((pattern) => pattern.test(message)));
  }
}
