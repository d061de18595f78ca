import { builder } from './builder.ts'

/** What the gateway says of itself. */
export interface Server {
  /** The product. */
  readonly name: string
  readonly version: string
  /** Made once for a database and kept there. */
  readonly clusterUuid: string
}

const ServerType = builder.objectRef<Server>('Server').implement({
  description: 'What the gateway says of itself.',
  fields: (t) => ({
    name: t.exposeString('name', { description: 'The product.' }),
    version: t.exposeString('version', { description: 'Its version.' }),
    clusterUuid: t.exposeString('clusterUuid', {
      description: 'Names the database that all its gateways share.',
    }),
  }),
})

builder.queryField('server', (t) =>
  t.field({
    type: ServerType,
    description: 'What the gateway says of itself.',
    resolve: (_, __, { useCases }) => useCases.server,
  }),
)
