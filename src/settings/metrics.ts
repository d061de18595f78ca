import { z } from 'zod'
import { integer } from './value.ts'

export const metrics = z
  .strictObject({
    port: integer(0, 65_535).nullable().default(null).meta({
      expected: 'a whole number from 0 to 65535, or null',
      description:
        "A port for `/metrics` alone, other than `PORT`, open to whoever can reach it; `null`: the gateway's own, for callers that may monitor.",
    }),
    host: z.string({ error: 'expected the name or the address of a host' }).default('127.0.0.1').meta({
      expected: 'the name or the address of a host',
      description: 'Where that port listens; for other machines it needs what `HOST` needs.',
    }),
  })
  .prefault({})
  .describe('Where Prometheus reads the metrics.')
