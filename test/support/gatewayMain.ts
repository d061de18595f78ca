import { join } from 'node:path'

/** The gateway's program: where suites run, what `BuiltGateway` has made, which starts sooner; its sources elsewhere. */
export const gatewayMain = process.env.BUILT_GATEWAY ?? join(import.meta.dirname, '../../src/main.ts')
