import type { Caller } from '../authentication/subject.ts'
import type { Authorize } from '../authorization/authorize.ts'

/** The action by which Elasticsearch has nodes tell how they do. */
const action = 'cluster:monitor/nodes/stats'

/** Makes the use case: a caller who may monitor reads the metrics, as text. */
export function createReadMetrics(authorize: Authorize, expose: () => Promise<string>) {
  return async function readMetrics(caller: Caller): Promise<string> {
    await authorize(caller, action)
    return expose()
  }
}
