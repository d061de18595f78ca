import { distance } from './distance.ts'
import { flood } from './flood.ts'
import { gateways } from './gateways.ts'
import { growth } from './growth.ts'
import type { Part } from './part.ts'
import { stalls } from './stalls.ts'
import { start } from './start.ts'
import { statement } from './statement.ts'

/** What is measured beside the scenarios, in this order. */
export const parts: readonly Part[] = [statement, distance, growth, gateways, start, stalls, flood]
