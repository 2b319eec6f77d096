// An account of a test's own, filled through the command line as an operator would.

import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Credential } from "./oauth1.ts";
import type { Server } from "./server.ts";

/** Someone who can sign in. */
export interface Person {
  name: string;
  email: string;
  password: string;
}

/** What a security profile can give, in the words of the command line. */
export type Right =
  | "admin-settings"
  | "manage-portal-settings"
  | "create-api-tokens"
  | "view-api-tokens"
  | "revoke-api-tokens"
  | "manage-users"
  | "manage-oauth-apps"
  | "manage-integration";

export interface Consumer {
  id: string;
  name: string;
  consumer_key: string;
  consumer_secret: string;
}

export interface Token {
  id: string;
  token: string;
  token_secret: string;
}

/** What a program that has both signs with. */
export function credentialOf(consumer: Consumer, token: Token): Required<Credential> {
  return {
    consumerKey: consumer.consumer_key,
    consumerSecret: consumer.consumer_secret,
    token: token.token,
    tokenSecret: token.token_secret,
  };
}

const password = "correct horse battery staple";
let made = 0;

export class Account {
  /** Who was made with the account, with every right. */
  readonly admin: Person;
  readonly name: string;
  readonly #server: Server;
  readonly #id: string;

  private constructor(server: Server, id: string, name: string, admin: Person) {
    this.#server = server;
    this.#id = id;
    this.name = name;
    this.admin = admin;
  }

  static async create(server: Server): Promise<Account> {
    const number = ++made;
    const name = `Northwind ${number}`;
    const admin = { name: "Ada Lovelace", email: `ada.${number}@example.com`, password };
    const words = ["account", "create", "--name", name, "--admin-name", admin.name, "--admin-email", admin.email];
    const { account_id } = await server.command<{ account_id: string }>(words, password);
    return new Account(server, account_id, name, admin);
  }

  /** Someone with these rights and no others, or with all of them. */
  async person(name: string, rights: Right[] | "all" = []): Promise<Person> {
    const number = ++made;
    let profile = "Administrator";
    if (rights !== "all") {
      profile = `Profile ${number}`;
      await this.#command(["profile", "create", "--name", profile, ...rights.flatMap((right) => ["--right", right])]);
    }
    const email = `${name.split(" ")[0]!.toLowerCase()}.${number}@example.com`;
    await this.#command(["user", "create", "--name", name, "--email", email, "--profile", profile], password);
    return { name, email, password };
  }

  async deactivate(person: Person): Promise<void> {
    await this.#command(["user", "deactivate", person.email]);
  }

  consumer(name: string): Promise<Consumer> {
    return this.#command<Consumer>(["consumer", "create", "--name", name]);
  }

  token(user: Person, consumer: Consumer, integration = "WordPress"): Promise<Token> {
    return this.#command<Token>([
      ...["token", "create", "--user", user.email, "--consumer", consumer.id, "--integration", integration],
    ]);
  }

  async revoke(token: Token): Promise<void> {
    await this.#command(["token", "revoke", token.id]);
  }

  consumers(): Promise<Consumer[]> {
    return this.#command<Consumer[]>(["consumer", "list"]);
  }

  tokens(state: "current" | "ended" | "all" = "current"): Promise<Token[]> {
    return this.#command<Token[]>(["token", "list", "--state", state]);
  }

  /** Makes the settings of Integration what a file says, as an operator would who keeps them in a repository. */
  async applySettings(settings: object): Promise<void> {
    const folder = await mkdtemp(join(tmpdir(), "gatehouse-settings-"));
    const file = join(folder, "settings.json");
    await writeFile(file, JSON.stringify(settings));
    await this.#command(["settings", "apply", file, "--yes"]);
    await rm(folder, { recursive: true });
  }

  async feature(name: "api-tokens", state: "on" | "off"): Promise<void> {
    await this.#command(["account", "feature", name, state]);
  }

  #command<Answer>(words: string[], input = ""): Promise<Answer> {
    return this.#server.command<Answer>([...words, "--account", this.#id], input);
  }
}
