import { z } from 'zod'
import { integer } from './value.ts'

/** Where Prometheus reads the metrics. */
export const metrics = z
  .strictObject({
    /** A port for `/metrics` alone, open to whoever can reach it; null: the gateway's own, for callers that may monitor. */
    port: integer(0, 65_535).nullable().default(null),
    /** Where that port is. */
    host: z.string({ error: 'expected the name or the address of a host' }).default('127.0.0.1'),
  })
  .prefault({})
