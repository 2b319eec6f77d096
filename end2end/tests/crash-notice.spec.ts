// A page whose app has failed shows a notice that offers to reload.

import { type Page } from "@playwright/test";
import { type Account } from "../support/account.ts";
import { apiTokens, click, dialog, open, signIn, valueOf, waitForHydration } from "../support/actions.ts";
import { expect, test } from "../support/test.ts";

const notice = (page: Page) => page.getByRole("alertdialog", { name: "This page stopped working" });

/** Makes the app panic by hydrating content that it did not render, and restores the page. */
async function panic(page: Page): Promise<void> {
  await page.evaluate(async () => {
    const links = [...document.querySelectorAll<HTMLLinkElement>("link[rel=modulepreload]")];
    // The other preloads are code-split modules.
    const app = links.find((link) => /\/pkg\/gatehouse\.[^/]*\bjs$/.test(link.href))!.href;
    const { hydrate } = (await import(app)) as { hydrate: () => void };
    const nodes = [...document.body.childNodes];
    const failed = new Promise((resolve) => {
      for (const failure of ["error", "unhandledrejection"]) addEventListener(failure, resolve, { once: true });
    });
    document.body.textContent = "Not what the app rendered";
    hydrate();
    await failed;
    document.body.firstChild!.remove();
    document.body.prepend(...nodes);
  });
}

async function createConsumer(page: Page, account: Account): Promise<string> {
  await signIn(page, account.admin, apiTokens);
  await open(page, `${apiTokens}?dialog=new-consumer`);
  await dialog(page, "Create new consumer").getByLabel("Name").fill("Website");
  await dialog(page, "Create new consumer").getByRole("button", { name: "Create", exact: true }).click();
  const shown = dialog(page, "The consumer was created");
  await expect(shown).toBeVisible();
  return valueOf(shown, "Consumer secret").innerText();
}

test("a panic shows the crash notice, and an unconfirmed secret is shown again after a reload", async ({ page, account, allowConsoleError }) => {
  allowConsoleError(/.*/);
  const secret = await createConsumer(page, account);
  await panic(page);
  await expect(notice(page)).toBeVisible();
  await expect(notice(page)).toHaveAccessibleDescription(/Nothing that was saved is lost.*shown again after reloading/s);
  await expect(notice(page).getByRole("button", { name: "Reload" })).toBeFocused();
  await page.keyboard.press("Enter");
  await waitForHydration(page);
  await expect(notice(page)).toHaveCount(0);
  const shown = dialog(page, "The consumer was created");
  await expect(valueOf(shown, "Consumer secret")).toHaveText(secret);
  await click(shown, "OK");
  await expect(shown).toHaveCount(0);
});

test("a panic during hydration shows the crash notice", async ({ page, account, allowConsoleError }) => {
  allowConsoleError(/.*/);
  await signIn(page, account.admin, apiTokens);
  await page.route(`**${apiTokens}`, async (route) => {
    const response = await route.fetch();
    const body = (await response.text()).replace(/<main id="main"[^>]*>/, "$&<p>Not what the app expects</p>");
    await route.fulfill({ response, body });
  });
  await page.goto(apiTokens);
  await expect(notice(page)).toBeVisible();
  await page.unroute(`**${apiTokens}`);
  await notice(page).getByRole("button", { name: "Reload" }).click();
  await waitForHydration(page);
  await expect(page.getByRole("heading", { name: "API tokens", level: 1 })).toBeVisible();
});

test("after the crash notice is closed, links and forms work without scripts", async ({ page, account, allowConsoleError }) => {
  allowConsoleError(/.*/);
  await signIn(page, account.admin, apiTokens);
  await open(page, `${apiTokens}?dialog=new-consumer`);
  await panic(page);
  await expect(notice(page)).toBeVisible();
  await page.keyboard.press("Escape");
  await expect(notice(page)).toHaveCount(0);
  await dialog(page, "Create new consumer").getByLabel("Name").fill("Website");
  await dialog(page, "Create new consumer").getByRole("button", { name: "Create", exact: true }).click();
  await expect(dialog(page, "The consumer was created")).toContainText("Website");
  await waitForHydration(page);
});

test("Back after a panic loads the previous page", async ({ page, account, allowConsoleError }) => {
  allowConsoleError(/.*/);
  await signIn(page, account.admin, apiTokens);
  await page.getByRole("navigation", { name: "API tokens" }).getByRole("link", { name: "Consumers" }).click();
  await expect(page).toHaveURL(`${apiTokens}?show=consumers`);
  await panic(page);
  await page.keyboard.press("Escape");
  const loaded = page.waitForEvent("load");
  await page.goBack();
  await loaded;
  await waitForHydration(page);
  await expect(page).toHaveURL(apiTokens);
  await expect(page.getByRole("heading", { name: "API tokens", level: 1 })).toBeVisible();
});

test("a page whose app cannot be fetched works without scripts and shows no crash notice", async ({ page, account, allowConsoleError }) => {
  allowConsoleError(/Failed to fetch|ERR_FAILED/);
  await signIn(page, account.admin, apiTokens);
  await page.route("**/pkg/*.wasm", (route) => route.abort());
  const failed = page.waitForEvent("requestfailed");
  await page.goto(`${apiTokens}?dialog=new-consumer`);
  await failed;
  await dialog(page, "Create new consumer").getByLabel("Name").fill("Website");
  await dialog(page, "Create new consumer").getByRole("button", { name: "Create", exact: true }).click();
  await expect(dialog(page, "The consumer was created")).toContainText("Website");
  await expect(notice(page)).toHaveCount(0);
});

test("an error outside the app shows no crash notice", async ({ page, account, allowConsoleError }) => {
  allowConsoleError(/not ours/);
  await signIn(page, account.admin, apiTokens);
  const thrown = page.waitForEvent("pageerror");
  await page.evaluate(() => void setTimeout(() => { throw new TypeError("not ours"); }));
  await thrown;
  await expect(notice(page)).toHaveCount(0);
});
