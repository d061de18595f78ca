import { builder } from './builder.ts'
import './scalars.ts'
import './viewer.ts'
import './profile.ts'
import './profileChange.ts'
import './user.ts'
import './role.ts'
import './roleMapping.ts'
import './token.ts'
import './server.ts'

/** The whole schema. `schema.graphql` is printed from it. */
export const schema = builder.toSchema({ sortSchema: false })
