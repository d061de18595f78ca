import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { Reporter } from 'vitest/node'
import { build } from '../../deploy/build.ts'

/** Below this checkout, where a program finds its packages. */
const folders = join(import.meta.dirname, '../../node_modules/.cache')

/** Builds the gateway as a package has it, before each run: in watch mode the next is of other sources. */
export class BuiltGateway implements Reporter {
  #folder: string | undefined

  async onTestRunStart(): Promise<void> {
    await mkdir(folders, { recursive: true })
    this.#folder = await mkdtemp(join(folders, 'gateway-'))
    await build(this.#folder)
    process.env.BUILT_GATEWAY = join(this.#folder, 'src/bin.js')
  }

  async onTestRunEnd(): Promise<void> {
    if (this.#folder === undefined) return
    // A gateway that ends just now may still write what it has compiled.
    await rm(this.#folder, { recursive: true, force: true, maxRetries: 5 })
  }
}
