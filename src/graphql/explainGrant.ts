import type {
  GrantExplanation as Explanation,
  RealmExplanation as OfRealm,
} from '../authentication/explainGrant.ts'
import type { Subject } from '../authentication/subject.ts'
import { builder } from './builder.ts'
import { AccessTokenGrantInput, accessTokenGrantOf } from './grant.ts'
import { Realm } from './viewer.ts'

const GrantOutcome = builder.enumType('GrantOutcome', {
  description: 'What becomes of a grant.',
  values: {
    PROVEN: { description: 'It proves a user.' },
    REFUSED: { description: 'It proves nobody.' },
    NOT_THEIRS: { description: 'It is none that they would know.' },
    UNAVAILABLE: { description: 'It cannot be judged now.' },
    NOT_ASKED: { description: 'A realm before has decided: no other gets to see the token.' },
  } as const,
})

const ProvenSubject = builder.objectRef<Pick<Subject, 'username' | 'realm'>>('ProvenSubject').implement({
  description: 'The user whom a grant proves.',
  fields: (t) => ({
    username: t.exposeString('username', { description: 'The name under which the realm knows the user.' }),
    realm: t.expose('realm', { type: Realm, description: 'The realm to which the user belongs.' }),
  }),
})

const RealmExplanation = builder.objectRef<OfRealm>('RealmExplanation').implement({
  description: 'What one realm says of a grant.',
  fields: (t) => ({
    realm: t.expose('realm', {
      type: Realm,
      description: "The realm; `_token` stands for the gateway's own tokens.",
    }),
    outcome: t.expose('outcome', { type: GrantOutcome, description: 'What it says.' }),
    reason: t.exposeString('reason', {
      nullable: true,
      description: 'Why it refuses the grant, or cannot judge. It may repeat claims, and never the token.',
    }),
    subject: t.expose('subject', { type: ProvenSubject, nullable: true, description: 'Whom it proves.' }),
  }),
})

const GrantExplanation = builder
  .objectRef<Explanation & { __typename: 'GrantExplanation' }>('GrantExplanation')
  .implement({
    description: 'What becomes of a grant, and why.',
    fields: (t) => ({
      outcome: t.expose('outcome', {
        type: GrantOutcome,
        description: 'What the realms come to together: what `activateProfile` would go by.',
      }),
      reason: t.exposeString('reason', {
        nullable: true,
        description: 'Why it is refused whatever the realms say; else null.',
      }),
      realms: t.field({
        type: [RealmExplanation],
        description:
          'What each realm says, in the order in which they are asked: until one has proven a user, as when it counts.',
        resolve: ({ realms }) => [...realms],
      }),
    }),
  })

const ExplainGrantResult = builder.unionType('ExplainGrantResult', {
  description: 'The explanation.',
  types: [GrantExplanation],
})

builder.mutationField('explainGrant', (t) =>
  t.field({
    type: ExplainGrantResult,
    description:
      'Says why an access token is refused, realm by realm. It is a mutation so that the token never travels in a URL. ' +
      'Needs `manage_security`; 60 times a minute.',
    extensions: { takesCredential: true },
    args: { grant: t.arg({ type: AccessTokenGrantInput, description: 'The access token.' }) },
    resolve: async (_, { grant }, { caller, useCases }) => ({
      __typename: 'GrantExplanation' as const,
      ...(await useCases.explainGrant(caller, accessTokenGrantOf(grant))),
    }),
  }),
)
