// The list of tokens: search, sort, filter and paging.

import { type Locator, type Page } from "@playwright/test";
import { type Account, type Person, credentialOf } from "../../support/account.ts";
import { signedFetch } from "../../support/oauth1.ts";
import { apiTokens, dialog, open, press, section, signIn } from "../../support/steps.ts";
import { expect, hasScript, test } from "../../support/test.ts";

const integrations = ["Akeneo PIM", "Contentful", "Drupal", "WordPress"];

/** 60 tokens: of three people, through two consumers, for four integrations in turn. */
async function sixtyTokens(account: Account): Promise<Person[]> {
  const people = [account.admin, await account.person("Grace Hopper"), await account.person("Edsger Dijkstra")];
  const consumers = [await account.consumer("Website"), await account.consumer("Product information")];
  for (let index = 0; index < 60; index++) {
    const integration = index === 42 ? "House archive" : integrations[index % 4]!;
    await account.token(people[index % 3]!, consumers[index % 2]!, integration);
  }
  return people;
}

function rows(page: Page): Locator {
  return page.getByRole("table", { name: "Tokens" }).locator("tbody").getByRole("row");
}

async function column(page: Page, index: number): Promise<string[]> {
  const cells = await rows(page).locator(`:nth-match(td, ${index})`).all();
  return Promise.all(cells.map((cell) => cell.innerText()));
}

test("sixty tokens are paged, searched, sorted and filtered", async ({ page, account }) => {
  test.slow();
  const [ada] = await sixtyTokens(account);
  await signIn(page, account.admin, apiTokens);
  const pager = page.getByRole("navigation", { name: "Pages of tokens" });

  await test.step("pages hold 25, and lead on and back", async () => {
    await expect(rows(page)).toHaveCount(25);
    const first = await rows(page).first().getByRole("link").first().getAttribute("href");
    await pager.getByRole("link", { name: "Next" }).click();
    await expect(rows(page).first().getByRole("link").first()).not.toHaveAttribute("href", first!);
    await expect(rows(page)).toHaveCount(25);
    await pager.getByRole("link", { name: "Next" }).click();
    await expect(rows(page)).toHaveCount(10);
    await expect(pager.getByRole("link", { name: "Next" })).toHaveCount(0);
    await pager.getByRole("link", { name: "Previous" }).click();
    await expect(rows(page)).toHaveCount(25);
    await pager.getByRole("link", { name: "Previous" }).click();
    await expect(rows(page).first().getByRole("link").first()).toHaveAttribute("href", first!);
    await expect(pager.getByRole("link", { name: "Previous" })).toHaveCount(0);
  });

  await test.step("search looks at users, consumers and integrations, whatever the case", async () => {
    const search = section(page, "Tokens").getByLabel("Search tokens");
    for (const [text, count] of [["HOUSE", 1], ["grace", 20], ["product", 25], [ada!.email, 20]] as const) {
      await search.fill(text);
      await section(page, "Tokens").getByRole("button", { name: "Search" }).click();
      await expect(rows(page)).toHaveCount(count);
    }
    await search.fill("no such thing");
    await section(page, "Tokens").getByRole("button", { name: "Search" }).click();
    await expect(page.getByRole("heading", { name: "Nothing matches “no such thing”" })).toBeVisible();
    await press(section(page, "Tokens"), "Clear the search");
    await expect(rows(page)).toHaveCount(25);
    await expect(search).toHaveValue("");
  });

  await test.step("a click on a heading sorts by it, another turns the order round", async () => {
    const heading = page.getByRole("columnheader", { name: "User" });
    await heading.getByRole("link").click();
    await expect(heading).toHaveAttribute("aria-sort", "ascending");
    await expect(rows(page).first()).toContainText("Ada Lovelace");
    await heading.getByRole("link").click();
    await expect(heading).toHaveAttribute("aria-sort", "descending");
    await expect(rows(page).first()).toContainText("Grace Hopper");
    await pager.getByRole("link", { name: "Next" }).click();
    await expect(rows(page).first()).toContainText("Edsger Dijkstra");
    await page.getByRole("columnheader", { name: "Integration" }).getByRole("link").click();
    await expect(page.getByRole("columnheader", { name: "Integration" })).toHaveAttribute("aria-sort", "ascending");
    const shown = await column(page, 3);
    expect(shown).toEqual([...shown].sort());
  });

  await test.step("what is chosen is in the address", async () => {
    await open(page, `${apiTokens}?q=house&sort=user`);
    await expect(rows(page)).toHaveCount(1);
    await expect(page.getByRole("columnheader", { name: "User" })).toHaveAttribute("aria-sort", "ascending");
    await expect(section(page, "Tokens").getByLabel("Search tokens")).toHaveValue("house");
  });
});

test("ended tokens are kept apart", async ({ page, account }) => {
  const consumer = await account.consumer("Website");
  await account.token(account.admin, consumer, "Drupal");
  await account.token(account.admin, consumer, "WordPress");
  await signIn(page, account.admin, apiTokens);
  await press(rows(page).filter({ hasText: "Drupal" }), /^Revoke/);
  await page.getByRole("dialog").getByRole("button", { name: "Revoke" }).click();
  await expect(rows(page)).toHaveCount(1);

  const choose = async (state: string) => {
    await section(page, "Tokens").getByLabel("State").selectOption(state);
    if (!hasScript()) await section(page, "Tokens").getByRole("button", { name: "Search" }).click();
  };
  await choose("Ended tokens");
  await expect(rows(page)).toHaveCount(1);
  await expect(rows(page)).toContainText("Revoked");
  await expect(rows(page)).toContainText("Drupal");
  await choose("All tokens");
  await expect(rows(page)).toHaveCount(2);
  await choose("Current tokens");
  await expect(rows(page)).toHaveCount(1);
  await expect(rows(page)).toContainText("WordPress");
});

test("the list says who made a token, when, and when it was used from where", async ({ page, account, server }) => {
  const consumer = await account.consumer("Website");
  const token = await account.token(account.admin, consumer);
  await signIn(page, account.admin, apiTokens);
  await expect(rows(page)).toContainText("on the command line");
  await expect(rows(page)).toContainText("Never");

  const answer = await signedFetch("GET", `${server.url}/api/v4/currentUser`, credentialOf(consumer, token));
  expect(answer.status).toBe(200);
  // It is noted within a few seconds.
  await expect(async () => {
    await open(page, apiTokens);
    await expect(rows(page)).toContainText("from 127.0.0.1", { timeout: 100 });
  }).toPass();
});

test("a question that is not answered revokes nothing", async ({ page, account }) => {
  await account.token(account.admin, await account.consumer("Website"));
  await signIn(page, account.admin, apiTokens);
  await press(rows(page), /^Revoke/);
  await press(page.getByRole("dialog"), "Cancel");
  await expect(page.getByRole("dialog")).toHaveCount(0);
  if (hasScript()) {
    await press(rows(page), /^Revoke/);
    await expect(page.getByRole("dialog")).toBeVisible();
    await page.keyboard.press("Escape");
    await expect(page.getByRole("dialog")).toHaveCount(0);
  }
  expect(await account.tokens()).toHaveLength(1);
});

test("what was revoked elsewhere in the meantime is as good as revoked", async ({ page, account }) => {
  const consumer = await account.consumer("Website");
  const token = await account.token(account.admin, consumer);
  await signIn(page, account.admin, apiTokens);
  await press(rows(page), /^Revoke/);
  await account.revoke(token);
  await page.getByRole("dialog").getByRole("button", { name: "Revoke" }).click();
  await expect(dialog(page, /Revoke/)).toHaveCount(0);
  await expect(page.getByText("No current tokens")).toBeVisible();
});

test("an account without tokens is told how to begin", async ({ page, account }) => {
  await signIn(page, account.admin, apiTokens);
  await expect(page.getByRole("table", { name: "Tokens" })).toHaveCount(0);
  await expect(page.getByRole("heading", { name: "No tokens yet" })).toBeVisible();
});
