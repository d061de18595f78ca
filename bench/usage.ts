import type { Part } from './part.ts'
import type { Scenario } from './scenarios.ts'
import type { Server } from './servers.ts'
import { regulars } from './people.ts'

/** What can be asked of the bench, for those who ask wrongly, or for it. */
export function usageOf(
  scenarios: readonly Scenario[],
  servers: readonly Server[],
  parts: readonly Part[],
): string {
  const named = (all: readonly { readonly name: string; readonly about: string }[]) =>
    all.map(({ name, about }) => `  ${name.padEnd(32)} ${about}`).join('\n')
  return `npm run bench -- [options] > report.md

  --only PATTERN      only what has a name, written "scenario / server" or "part / server", that this regular
                      expression finds, in upper or lower case: --only growth, --only '^JWT cold.*graphql'
  --quick             a short look: the figures mean little
  --seconds N         how long one measurement takes (3)
  --rounds N          how often everything is measured (3)
  --connections N,…   how many at once, from 1 to ${regulars.length} (1,16,64)
  --profiles N        how many profiles are many (1000000)
  --proofs N          how many remembered tokens are many (100000)
  --built             gateways as they are packed, from dist/ (npm run build), not from their sources: they start
                      faster and need less memory
  --profile FOLDER    a CPU profile and a flame graph of each server in each scenario; what is measured is slower
  --help

Scenarios, each at ${servers.map(({ name }) => name).join(', ')}:
${scenarios.map(({ name }) => `  ${name}`).join('\n')}

Parts:
${named(parts)}
`
}
