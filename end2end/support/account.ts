// Creates accounts, users, consumers and tokens for a test through the command line.

import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Credential } from "./oauth1.ts";
import type { Server } from "./server.ts";

/** A user who can sign in. */
export interface User {
  name: string;
  email: string;
  password: string;
}

/** A right of a security profile, as the command line names it. */
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

/** Returns the credential that an integration signs requests with. */
export function credentialOf(consumer: Consumer, token: Token): Required<Credential> {
  return {
    consumerKey: consumer.consumer_key,
    consumerSecret: consumer.consumer_secret,
    token: token.token,
    tokenSecret: token.token_secret,
  };
}

const password = "correct horse battery staple";
let lastNumber = 0;

/** An account that only one test uses. */
export class Account {
  /** The first user, who has every right. */
  readonly admin: User;
  readonly name: string;
  readonly #server: Server;
  readonly #id: string;

  private constructor(server: Server, id: string, name: string, admin: User) {
    this.#server = server;
    this.#id = id;
    this.name = name;
    this.admin = admin;
  }

  static async create(server: Server): Promise<Account> {
    const number = ++lastNumber;
    const name = `Northwind ${number}`;
    const admin = { name: "Ada Lovelace", email: `ada.${number}@example.com`, password };
    const args = ["account", "create", "--name", name, "--admin-name", admin.name, "--admin-email", admin.email];
    const { account_id } = await server.command<{ account_id: string }>(args, password);
    return new Account(server, account_id, name, admin);
  }

  /** Creates an active user with exactly these rights, or with all of them. */
  async createUser(name: string, rights: Right[] | "all" = []): Promise<User> {
    const number = ++lastNumber;
    let profile = "Administrator";
    if (rights !== "all") {
      profile = `Profile ${number}`;
      await this.#command(["profile", "create", "--name", profile, ...rights.flatMap((right) => ["--right", right])]);
    }
    const email = `${name.split(" ")[0]!.toLowerCase()}.${number}@example.com`;
    await this.#command(["user", "create", "--name", name, "--email", email, "--profile", profile], password);
    return { name, email, password };
  }

  async deactivate(user: User): Promise<void> {
    await this.#command(["user", "deactivate", user.email]);
  }

  createConsumer(name: string): Promise<Consumer> {
    return this.#command<Consumer>(["consumer", "create", "--name", name]);
  }

  createToken(user: User, consumer: Consumer, integration = "WordPress"): Promise<Token> {
    return this.#command<Token>([
      ...["token", "create", "--user", user.email, "--consumer", consumer.id, "--integration", integration],
    ]);
  }

  async revokeToken(token: Token): Promise<void> {
    await this.#command(["token", "revoke", token.id]);
  }

  consumers(): Promise<Consumer[]> {
    return this.#command<Consumer[]>(["consumer", "list"]);
  }

  tokens(state: "current" | "ended" | "all" = "current"): Promise<Token[]> {
    return this.#command<Token[]>(["token", "list", "--state", state]);
  }

  /** Replaces the integration settings with the contents of a settings file. */
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

  #command<Output>(args: string[], input = ""): Promise<Output> {
    return this.#server.command<Output>([...args, "--account", this.#id], input);
  }
}
