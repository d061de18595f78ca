import { freePort } from '../support/freePort.ts'

/** The ports of a test in place of those that pages name. */
export class Ports {
  readonly #known: Map<string, number>

  /** Ports that are given, by those that the page names; for others free ones are found. */
  constructor(given: Readonly<Record<string, number>>) {
    this.#known = new Map(Object.entries(given))
  }

  /** The one in place of a port. */
  async of(shown: string): Promise<number> {
    const known = this.#known.get(shown)
    if (known !== undefined) return known
    const port = await freePort()
    if ([...this.#known.values()].includes(port)) return this.of(shown)
    this.#known.set(shown, port)
    return port
  }

  /** A text with those in it replaced: behind an address of this machine, and as a variable of the environment. */
  async in(text: string): Promise<string> {
    const shown = /(?<=127\.0\.0\.1:|PORT=)\d{4,5}\b/g
    for (const [port] of text.matchAll(shown)) await this.of(port)
    return text.replaceAll(shown, (port) => String(this.#known.get(port)))
  }
}
