import { resolve } from 'node:path'
import { z } from 'zod'

/** Where audit lines go: nowhere, to one of the process's own outputs, or to the end of a file. */
export type AuditTarget = 'none' | 'stdout' | 'stderr' | { readonly file: string }

/** A file's path is taken from the folder of the settings. */
export const audit = ({ folder }: { readonly folder: string }) =>
  z
    .strictObject({
      destination: z
        .unknown()
        .default('stdout')
        .transform((given, context): AuditTarget => {
          if (given === 'none' || given === 'stdout' || given === 'stderr') return given
          // What is neither is a word misspelt rather than a file.
          if (typeof given === 'string' && /[./]/.test(given)) return { file: resolve(folder, given) }
          context.addIssue('expected none, stdout, stderr, or the path of a file such as ./audit.ndjson')
          return z.NEVER
        })
        .meta({
          ...{ type: 'string', enum: ['none', 'stdout', 'stderr'], pattern: '[./]' },
          expected: 'none, stdout, stderr, or the path of a file such as ./audit.ndjson',
          description: 'Where the lines go.',
        }),
      on_failure: z
        .enum(['by_kind', 'refuse', 'continue'], { error: 'expected by_kind, refuse or continue' })
        .default('by_kind')
        .describe(
          'What happens to requests whose line cannot be written: `by_kind` refuses only changes of security data.',
        ),
    })
    .prefault({})
    .describe('The record of who has done what.')
