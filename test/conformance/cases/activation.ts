import { activationContract, type ContractCase } from '../../support/activationContract.ts'
import { evidences, type ConformanceCase, type Evidence } from '../case.ts'
import type { Need } from '../server.ts'

/** Cases of the contract that hold for the gateway, but not for every Elasticsearch; what stands in for them. */
const gatewayOnly = [
  /^rest-(shape|absent|dropped)$/, // the realm is called `native`: documents.ts
  /^rest-(changed-|found-again|enabled-again)/, // versions count the writes of one profile, by one: documents.ts, profileEnabled.ts
  /^rest-uid-_anonymous$/, // Elasticsearch reserves the name
  /^rest-token-eyJhbG$/, // the principal of a JWT is made of its claims: authentication.ts
  /^rest-invalid-grant-type-newest$/, // Elasticsearch 9.4 knows the grant type
]

/** What activation promises, seen at Elasticsearch's address. */
export const activation: readonly ConformanceCase[] = activationContract
  .filter(({ id }) => /^(rest|caller-before)-/.test(id) && !id.includes('graphql'))
  .filter(({ id }) => !gatewayOnly.some((pattern) => pattern.test(id)))
  .map(conformanceCase)

function conformanceCase({ id, name, evidence, needs, fn }: ContractCase): ConformanceCase {
  const need = needs ?? needOf(id)
  return {
    id: `activate-${id.replace('rest-', '')}`,
    name: name.replace(', at REST', '') as ConformanceCase['name'],
    evidence: weakest(evidence),
    source: `spec ${[...evidence.matchAll(/\d\.\d/g)].join(', ') || '1'}`,
    ...(need && { needs: need }),
    fn,
  }
}

function needOf(id: string): Need | undefined {
  if (id === 'rest-elastic') return 'elastic'
  return id.startsWith('rest-uid-') ? 'free names' : undefined
}

/** Of `S 1.3, M for the prefix`: M. */
function weakest(text: string): Evidence {
  const letters = [...text.matchAll(/\b(S|T|D|I|inf|M)(?= )/g)].map(([letter]) => letter)
  return evidences.findLast((evidence) => letters.includes(evidence)) ?? 'M'
}
