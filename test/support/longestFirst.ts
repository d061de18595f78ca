import { BaseSequencer, type TestSpecification } from 'vitest/node'

/** The suites that run for longest, most of it in processes of their own, in no order. */
const longest = [
  'cli',
  'crash/audit',
  'crash/killedGateway',
  'crash/stoppedPostgres',
  'deploy/image',
  'deploy/package',
  'docs/clients',
  'docs/gettingStarted',
  'docs/pages',
  'graphql/graphiql.browser',
  'profile/history',
  'realms/reload',
  'storage/migrate',
  'transferCommands',
].map((name) => `/test/${name}.test.ts`)

/** Begins with them, so that none is what a run waits for at its end. Unknown durations are guessed from sizes otherwise. */
export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const isLong = ({ moduleId }: TestSpecification) => longest.some((path) => moduleId.endsWith(path))
    const { long = [], short = [] } = Object.groupBy(await super.sort(files), (file) =>
      isLong(file) ? 'long' : 'short',
    )
    return [...long, ...short]
  }
}
