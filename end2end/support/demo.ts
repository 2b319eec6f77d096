// The demo account that `gatehouse demo` creates.

import { randomUUID } from "node:crypto";
import type { Consumer, User } from "./account.ts";
import type { Server } from "./server.ts";

export class Demo {
  readonly #server: Server;
  readonly #account: string;
  readonly #users: User[];

  private constructor(server: Server, account: string, users: User[]) {
    this.#server = server;
    this.#account = account;
    this.#users = users;
  }

  static async create(server: Server): Promise<Demo> {
    type Login = Pick<User, "name" | "email">;
    type Created = { account: string; password: string; logins: Login[] };
    const { account, password, logins } = await server.command<Created>(["demo"]);
    const users = logins.map(({ name, email }) => ({ name, email, password }));
    return new Demo(server, account, users);
  }

  /** Returns a user by first name. */
  user(name: string): User {
    const found = this.#users.find((user) => user.name.startsWith(`${name} `));
    if (!found) throw new Error(`The demo account has no user named ${name}.`);
    return found;
  }

  /** Returns the id of a consumer. */
  async consumerId(name: string): Promise<string> {
    const consumers = await this.#command<{ id: string; name: string }[]>(["consumer", "list"]);
    return consumers.find((consumer) => consumer.name === name)!.id;
  }

  /** Returns the id of a token for this integration. */
  async tokenId(integration: string): Promise<string> {
    const tokens = await this.#command<{ id: string }[]>(["token", "list", "--state", "all", "--search", integration]);
    return tokens[0]!.id;
  }

  /** Creates a consumer and returns its key and secret. */
  newConsumer(): Promise<Consumer> {
    return this.#command<Consumer>(["consumer", "create", "--name", `Product information ${randomUUID()}`]);
  }

  #command<Output>(args: string[]): Promise<Output> {
    return this.#server.command<Output>([...args, "--account", this.#account]);
  }
}
