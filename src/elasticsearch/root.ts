import { ok } from './answer.ts'
import type { Row } from './row.ts'

interface ServerData {
  name: string
  version: string
  clusterUuid: string
}

/** What official clients ask before anything else. The version is the one whose wire contract we keep. Source: spec 4.4. */
export const root: Row<undefined, { server: ServerData }> = {
  methods: ['GET', 'HEAD'],
  paths: ['/'],
  operation: /* GraphQL */ `
    query Root {
      server {
        name
        version
        clusterUuid
      }
    }
  `,
  variables: () => ({}),
  answer: ({ server: { name, version, clusterUuid } }) =>
    ok({
      name,
      cluster_name: name,
      cluster_uuid: clusterUuid,
      version: {
        number: '9.1.0',
        build_flavor: 'default',
        build_type: `${name} ${version}`,
        build_hash: 'unknown',
        build_date: '2025-07-29T00:00:00.000Z',
        build_snapshot: false,
        lucene_version: '10.2.2',
        minimum_wire_compatibility_version: '8.19.0',
        minimum_index_compatibility_version: '8.0.0',
      },
      tagline: 'You Know, for Search',
    }),
}
