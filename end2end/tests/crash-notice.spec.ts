// A page whose code has failed says so, and offers to reload. Nothing that was saved is lost by it.

import { type Page } from "@playwright/test";
import { type Account } from "../support/account.ts";
import { apiTokens, dialog, live, open, press, signIn, valueOf } from "../support/steps.ts";
import { expect, test } from "../support/test.ts";

const notice = (page: Page) => page.getByRole("alertdialog", { name: "This page stopped working" });

/** Makes the app panic: it is to make something live that it has not drawn. The page is as before then. */
async function panic(page: Page): Promise<void> {
  await page.evaluate(async () => {
    const links = [...document.querySelectorAll<HTMLLinkElement>("link[rel=modulepreload]")];
    // Beside it stand the pieces of a build that is split.
    const app = links.find((link) => /\/pkg\/gatehouse\.[^/]*\bjs$/.test(link.href))!.href;
    const { hydrate } = (await import(app)) as { hydrate: () => void };
    const kept = [...document.body.childNodes];
    const failed = new Promise((resolve) => {
      for (const failure of ["error", "unhandledrejection"]) addEventListener(failure, resolve, { once: true });
    });
    document.body.textContent = "Not what the app has drawn";
    hydrate();
    await failed;
    document.body.firstChild!.remove();
    document.body.prepend(...kept);
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

test("after a panic the page says that it stopped working, and the waiting secret is there after a reload", async ({ page, account, tolerate }) => {
  tolerate(/.*/);
  const secret = await createConsumer(page, account);
  await panic(page);
  await expect(notice(page)).toBeVisible();
  await expect(notice(page)).toHaveAccessibleDescription(/Nothing that was saved is lost.*shown again after reloading/s);
  await expect(notice(page).getByRole("button", { name: "Reload" })).toBeFocused();
  await page.keyboard.press("Enter");
  await live(page);
  await expect(notice(page)).toHaveCount(0);
  const shown = dialog(page, "The consumer was created");
  await expect(valueOf(shown, "Consumer secret")).toHaveText(secret);
  await press(shown, "OK");
  await expect(shown).toHaveCount(0);
});

test("a panic while a page is made live is said too", async ({ page, account, tolerate }) => {
  tolerate(/.*/);
  await signIn(page, account.admin, apiTokens);
  await page.route(`**${apiTokens}`, async (route) => {
    const answer = await route.fetch();
    const body = (await answer.text()).replace(/<main id="main"[^>]*>/, "$&<p>Not what the app expects</p>");
    await route.fulfill({ response: answer, body });
  });
  await page.goto(apiTokens);
  await expect(notice(page)).toBeVisible();
  await page.unroute(`**${apiTokens}`);
  await notice(page).getByRole("button", { name: "Reload" }).click();
  await live(page);
  await expect(page.getByRole("heading", { name: "API tokens", level: 1 })).toBeVisible();
});

test("behind the notice links and forms work as without script", async ({ page, account, tolerate }) => {
  tolerate(/.*/);
  await signIn(page, account.admin, apiTokens);
  await open(page, `${apiTokens}?dialog=new-consumer`);
  await panic(page);
  await expect(notice(page)).toBeVisible();
  await page.keyboard.press("Escape");
  await expect(notice(page)).toHaveCount(0);
  await dialog(page, "Create new consumer").getByLabel("Name").fill("Website");
  await dialog(page, "Create new consumer").getByRole("button", { name: "Create", exact: true }).click();
  await expect(dialog(page, "The consumer was created")).toContainText("Website");
  await live(page);
});

test("after a panic, Back loads the page that it leads to", async ({ page, account, tolerate }) => {
  tolerate(/.*/);
  await signIn(page, account.admin, apiTokens);
  await page.getByRole("navigation", { name: "API tokens" }).getByRole("link", { name: "Consumers" }).click();
  await expect(page).toHaveURL(`${apiTokens}?show=consumers`);
  await panic(page);
  await page.keyboard.press("Escape");
  const loaded = page.waitForEvent("load");
  await page.goBack();
  await loaded;
  await live(page);
  await expect(page).toHaveURL(apiTokens);
  await expect(page.getByRole("heading", { name: "API tokens", level: 1 })).toBeVisible();
});

test("where the app cannot be fetched the page works as without script, and says nothing", async ({ page, account, tolerate }) => {
  tolerate(/Failed to fetch|ERR_FAILED/);
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

test("an error that is not the app's says nothing", async ({ page, account, tolerate }) => {
  tolerate(/not ours/);
  await signIn(page, account.admin, apiTokens);
  const heard = page.waitForEvent("pageerror");
  await page.evaluate(() => void setTimeout(() => { throw new TypeError("not ours"); }));
  await heard;
  await expect(notice(page)).toHaveCount(0);
});
