// A request that made something and lost its answer leaves either nothing or the secret, still to be read.

import { connect } from "node:net";
import { type Page } from "@playwright/test";
import { apiTokens, dialog, open, press, reload, signIn, valueOf } from "../support/steps.ts";
import { expect, test } from "../support/test.ts";

test.beforeEach(({ tolerate }) => tolerate(/ERR_FAILED/));

async function fillAndCreate(page: Page, name: string): Promise<void> {
  await open(page, `${apiTokens}?dialog=new-consumer`);
  await dialog(page, "Create new consumer").getByLabel("Name").fill(name);
  await dialog(page, "Create new consumer").getByRole("button", { name: "Create", exact: true }).click();
}

test("a consumer whose answer got lost shows its secret after a reload", async ({ page, account }) => {
  await signIn(page, account.admin, apiTokens);
  await page.route("**/fn/consumers/create", async (route) => {
    await route.fetch({ maxRedirects: 0 });
    await route.abort();
  });
  await fillAndCreate(page, "Website");
  await expect(dialog(page, "Create new consumer")).toContainText("The portal did not answer.");
  await page.unroute("**/fn/consumers/create");

  await reload(page);
  const shown = dialog(page, "The consumer was created");
  await expect(shown).toContainText("Website");
  const [made] = await account.consumers();
  await expect(valueOf(shown, "Consumer key")).toHaveText(made!.consumer_key);
  await expect(valueOf(shown, "Consumer secret")).not.toBeEmpty();
  await press(shown, "OK");
  await expect(shown).toHaveCount(0);
});

test("a request that never arrived leaves nothing, and the form can be sent again", async ({ page, account }) => {
  await signIn(page, account.admin, apiTokens);
  await page.route("**/fn/consumers/create", (route) => route.abort());
  await fillAndCreate(page, "Website");
  const form = dialog(page, "Create new consumer");
  await expect(form).toContainText("The portal did not answer.");
  expect(await account.consumers()).toEqual([]);
  await expect(form.getByLabel("Name")).toHaveValue("Website");

  await page.unroute("**/fn/consumers/create");
  await form.getByRole("button", { name: "Create", exact: true }).click();
  await expect(dialog(page, "The consumer was created")).toContainText("Website");
  expect(await account.consumers()).toHaveLength(1);
});

test("however early a connection is cut, what was made can be read", async ({ page, account, server }) => {
  await signIn(page, account.admin, apiTokens);
  const cookie = (await page.context().cookies()).map(({ name, value }) => `${name}=${value}`).join("; ");
  const cuts = ["inside the head", "inside the body", "after the body", "after the body", "at the first byte of the answer"];
  for (const [index, cut] of cuts.entries()) await createAndCut(server.url, cookie, `Consumer ${index}`, cut);
  // One more request, whose answer is read, comes after those that the server is still busy with.
  await fillAndCreate(page, "Last");

  const read: string[] = [];
  const shown = dialog(page, "The consumer was created");
  await reload(page);
  while (!read.some((key) => key.startsWith("Last "))) {
    await expect(shown).toBeVisible();
    const name = /(Consumer \d|Last)/.exec((await shown.locator("strong").first().textContent())!)![0];
    expect(await valueOf(shown, "Consumer secret").innerText()).not.toBe("");
    read.push(`${name} ${await valueOf(shown, "Consumer key").innerText()}`);
    await press(shown, "OK");
    await expect(page.getByText(read.at(-1)!.split(" ").at(-1)!)).toHaveCount(0);
  }
  const made = (await account.consumers()).map((consumer) => `${consumer.name} ${consumer.consumer_key}`);
  expect(read.sort()).toEqual(made.sort());
  // Whoever cut the connection inside the request has made nothing.
  expect(made.some((consumer) => /^Consumer [01] /.test(consumer))).toBe(false);
  expect(made.some((consumer) => /^Consumer 4 /.test(consumer))).toBe(true);
});

/** Sends the form of "Create new consumer" by hand, and hangs up at the given point. */
function createAndCut(origin: string, cookie: string, name: string, cut: string): Promise<void> {
  const { host, hostname, port } = new URL(origin);
  const body = `name=${encodeURIComponent(name)}&back=${encodeURIComponent(apiTokens)}`;
  const head = [
    "POST /fn/consumers/create HTTP/1.1",
    `Host: ${host}`,
    `Origin: ${origin}`,
    `Cookie: ${cookie}`,
    "Content-Type: application/x-www-form-urlencoded",
    `Content-Length: ${body.length}`,
    "",
    "",
  ].join("\r\n");
  const sent = { "inside the head": head.slice(0, 60), "inside the body": head + body.slice(0, 8) }[cut] ?? head + body;
  return new Promise((resolve, reject) => {
    const socket = connect(Number(port), hostname);
    const hangUp = () => socket.destroy();
    socket.on("error", reject);
    socket.on("close", () => resolve());
    socket.on("data", hangUp);
    socket.write(sent, () => cut !== "at the first byte of the answer" && hangUp());
  });
}
