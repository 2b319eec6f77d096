// The demo account, as `gatehouse demo` fills it.

import { randomUUID } from "node:crypto";
import type { Consumer, Person } from "./account.ts";
import type { Server } from "./server.ts";

export class Demo {
  readonly #server: Server;
  readonly #account: string;
  readonly #people: Person[];

  private constructor(server: Server, account: string, people: Person[]) {
    this.#server = server;
    this.#account = account;
    this.#people = people;
  }

  static async fill(server: Server): Promise<Demo> {
    type Login = Pick<Person, "name" | "email">;
    type Filled = { account: string; password: string; logins: Login[] };
    const { account, password, logins } = await server.command<Filled>(["demo"]);
    const people = logins.map(({ name, email }) => ({ name, email, password }));
    return new Demo(server, account, people);
  }

  /** Someone of the account, by the first name. */
  person(name: string): Person {
    const found = this.#people.find((person) => person.name.startsWith(`${name} `));
    if (!found) throw new Error(`The demo account has no ${name}.`);
    return found;
  }

  /** The id of a consumer. */
  async consumer(name: string): Promise<string> {
    const consumers = await this.#command<{ id: string; name: string }[]>(["consumer", "list"]);
    return consumers.find((consumer) => consumer.name === name)!.id;
  }

  /** The id of a token that is for this integration. */
  async token(integration: string): Promise<string> {
    const tokens = await this.#command<{ id: string }[]>(["token", "list", "--state", "all", "--search", integration]);
    return tokens[0]!.id;
  }

  /** A consumer whose secret is known. */
  newConsumer(): Promise<Consumer> {
    return this.#command<Consumer>(["consumer", "create", "--name", `Product information ${randomUUID()}`]);
  }

  #command<Answer>(words: string[]): Promise<Answer> {
    return this.#server.command<Answer>([...words, "--account", this.#account]);
  }
}
