import { join } from 'node:path'

/** With what `npm start` and the image start Node. */
export const nodeOptions = ['--max-semi-space-size=16']

/** The gateway's program, as Node runs it from its sources, and as it is packed. */
export const sourceMain = join(import.meta.dirname, '../src/main.ts')
export const builtMain = join(import.meta.dirname, '../dist/src/bin.js')
