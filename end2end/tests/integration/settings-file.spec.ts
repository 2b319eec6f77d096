// Importing a settings file: preview, apply and errors.

import { writeFile } from "node:fs/promises";
import { cards, expectSaved, history, integration, saveConnection } from "../../support/integration.ts";
import { click, open, section, signIn } from "../../support/actions.ts";
import { expect, hasScript, test } from "../../support/test.ts";

const file = JSON.stringify({
  portal: { url: "acme.bynder.com", dam: "bynder" },
  language: "de_DE",
  fields: [{ field: "heroImage", assetTypes: ["image"] }],
});

test("a settings file is applied after a preview of its changes", async ({ page, account }, info) => {
  await signIn(page, account.admin);
  await saveConnection(page, { base: 0, url: "old.bynder.com" });
  await open(page, history);
  const card = section(page, "Settings as a file");
  if (hasScript()) {
    const path = info.outputPath("settings.json");
    await writeFile(path, file);
    await card.getByLabel("Upload a file").setInputFiles(path);
  } else {
    await card.getByLabel("Or paste it").fill(file);
  }
  await expect(card.getByLabel("Or paste it")).toHaveValue(file);
  await click(card, "Preview");
  for (const words of ["https://old.bynder.com", "https://acme.bynder.com", "German", "heroImage"]) {
    await expect(card.locator(".changes").first()).toContainText(words);
  }
  await click(card, "Apply");
  await expectSaved(page, 2);
  await expect(page.getByRole("article", { name: /^Revision 2\b/ })).toContainText("Applied a file");
  await open(page, integration);
  await expect(cards.bynder(page).getByLabel("Portal URL")).toHaveValue("https://acme.bynder.com");
});

test("an invalid settings file shows where the error is", async ({ page, account }) => {
  await signIn(page, account.admin, history);
  const card = section(page, "Settings as a file");
  await card.getByLabel("Or paste it").fill('{"language": "de_DE", "portal": {"url": "ada@acme.com"}}');
  await click(card, "Preview");
  await expect(card.getByRole("alert")).toContainText("portal.url");
  await expect(card.getByRole("alert")).toContainText("Remove the user name (before @).");
  await expect(card.getByLabel("Or paste it")).toHaveValue(/ada@acme\.com/);
});

test("a long file with many errors shows the first 20 and the number of others near the button", async ({ page, account }) => {
  await signIn(page, account.admin, history);
  const card = section(page, "Settings as a file");
  const fields = Array.from({ length: 300 }, (_, index) => ({ field: `f${index}`, assetTypes: [] }));
  // On one line, so that it fits into a URL if scripts are off.
  await card.getByLabel("Or paste it").fill(JSON.stringify({ fields }));
  await click(card, "Preview");

  const alert = card.getByRole("alert");
  await expect(alert.getByRole("listitem")).toHaveCount(21);
  await expect(alert.getByRole("listitem").first()).toContainText("Select at least one asset type.");
  await expect(alert.getByRole("listitem").last()).toHaveText("and 280 more");
  await expect(alert).toBeFocused();
  await expect(alert).toBeInViewport();

  // A line is about 18 px high, and the text has about a hundred lines.
  const area = await card.getByLabel("Or paste it").boundingBox();
  expect(area!.height).toBeLessThan(21 * 24);
  const [errorBox, button] = [await alert.boundingBox(), await card.getByRole("button", { name: "Preview" }).boundingBox()];
  expect(Math.abs(button!.y - (errorBox!.y + errorBox!.height))).toBeLessThan(100);
  await expect(card.getByLabel("Or paste it")).toHaveValue(/^\{"fields"/);
});
