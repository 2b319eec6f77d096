// Chooses among users with the same name in a form's User field.

import { type Locator } from "@playwright/test";
import { type User } from "./account.ts";
import { click } from "./actions.ts";
import { expect, hasScript } from "./test.ts";

/** Chooses a user from those that the form lists after it was rejected because several users share the name. */
export async function chooseUser(form: Locator, users: User[], chosen: User): Promise<void> {
  const user = form.getByLabel("User", { exact: true });
  await expect(user).toHaveAccessibleDescription(/Several users have this name/);
  if (hasScript()) {
    await user.press("ArrowDown");
    await form.getByRole("option", { name: chosen.email }).click();
  } else {
    await expect(form.getByText("Which user do you mean?")).toBeVisible();
    for (const { email } of users) await expect(form.getByRole("listitem").filter({ hasText: email })).toHaveCount(1);
    await click(form.getByRole("listitem").filter({ hasText: chosen.email }), chosen.name);
  }
  await expect(user).toHaveValue(`${chosen.name} <${chosen.email}>`);
}
