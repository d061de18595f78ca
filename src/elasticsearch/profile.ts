import type { JsonObject } from '../json.ts'
import { errorAnswer, ok, type Answer } from './answer.ts'
import { given } from './names.ts'
import { parseObject } from './objectParser.ts'
import { tokensOf } from './parameters.ts'
import { profileBody, profileFields, type ProfileData } from './profileBody.ts'
import type { Row, RowRequest } from './row.ts'
import { WireError } from './wireError.ts'

interface ProfilesData {
  profiles: { profiles: ProfileData[]; errors: { uid: string; type: string; reason: string }[] }
}

type Refusable = { __typename: 'Profile' } | { __typename: string; message: string }

/** Profiles by their uids, in the order of the request; those that are missing, under `errors`. Source: spec 3.1. */
export const getProfiles: Row<undefined, ProfilesData> = {
  methods: ['GET'],
  paths: ['/_security/profile/{uid}'],
  parameters: ['data'],
  operation: /* GraphQL */ `
    query GetProfiles($uids: [ID!]!, $keys: [String!]!) {
      profiles(uids: $uids) {
        profiles {
          ${profileFields}
          data(keys: $keys)
        }
        errors {
          uid
          type
          reason
        }
      }
    }
  `,
  variables: ({ path, parameter }) => ({
    uids: uidsOf(path('uid')),
    keys: tokensOf(parameter('data')),
  }),
  answer({ profiles: { profiles, errors } }) {
    const details = Object.fromEntries(errors.map(({ uid, type, reason }) => [uid, { type, reason }]))
    return ok({
      profiles: profiles.map(profileBody),
      ...(errors.length > 0 && { errors: { count: errors.length, details } }),
    })
  },
}

/** Merges what applications keep into a profile. Source: spec 3.3. */
export const updateProfileData: Row<JsonObject, { updateProfileData: Refusable }> = {
  methods: ['PUT', 'POST'],
  paths: ['/_security/profile/{uid}/_data'],
  parameters: ['if_primary_term', 'if_seq_no', 'refresh'],
  parse: (read) =>
    parseObject(read(), 'update_profile_data_request_payload', { labels: 'object', data: 'object' }),
  operation: /* GraphQL */ `
    mutation UpdateProfileData(
      $uid: ID!
      $labels: JSONObject
      $data: JSONObject
      $ifSeqNo: SafeInt
      $ifPrimaryTerm: SafeInt
    ) {
      updateProfileData(
        uid: $uid
        labels: $labels
        data: $data
        ifSeqNo: $ifSeqNo
        ifPrimaryTerm: $ifPrimaryTerm
      ) {
        __typename
        ... on Error {
          message
        }
      }
    }
  `,
  variables({ path, parameter, body: { labels, data } }) {
    const ifSeqNo = longOf('if_seq_no', parameter('if_seq_no'))
    const ifPrimaryTerm = longOf('if_primary_term', parameter('if_primary_term'))
    return given({ uid: path('uid'), labels, data, ifSeqNo, ifPrimaryTerm })
  },
  answer: ({ updateProfileData: result }) => acknowledged(result),
}

export const enableProfile = setEnabled('_enable', 'enableProfile')
export const disableProfile = setEnabled('_disable', 'disableProfile')

/** Puts a profile into use, or out of it. Source: spec 3.4. */
function setEnabled(
  verb: string,
  mutation: 'enableProfile' | 'disableProfile',
): Row<undefined, { result: Refusable }> {
  return {
    methods: ['PUT', 'POST'],
    paths: [`/_security/profile/{uid}/${verb}`],
    parameters: ['refresh'],
    operation: /* GraphQL */ `
      mutation SetProfileEnabled($uid: ID!) {
        result: ${mutation}(uid: $uid) {
          __typename
          ... on Error {
            message
          }
        }
      }
    `,
    variables: ({ path }: RowRequest) => ({ uid: path('uid') }),
    answer: ({ result }) => acknowledged(result),
  }
}

/** A comma list, of which nothing but commas at its end is nothing. */
function uidsOf(list: string): string[] {
  const uids = list.replace(/,+$/, '')
  return uids === '' ? [] : uids.split(',')
}

const refusals: Readonly<Record<string, { type: string; status: number }>> = {
  ProfileNotFound: { type: 'document_missing_exception', status: 404 },
  VersionConflict: { type: 'version_conflict_engine_exception', status: 409 },
}

/** Where Elasticsearch keeps profiles: clients are told with some errors. Source: spec 2.1, 3.3. */
const members = { index_uuid: '_na_', shard: '0', index: '.security-profile-8' }

function acknowledged(result: Refusable): Answer {
  if (!('message' in result)) return ok({ acknowledged: true })
  const refusal = refusals[result.__typename]
  if (!refusal) return errorAnswer(new WireError('illegal_argument_exception', result.message))
  return errorAnswer(new WireError(refusal.type, result.message, { status: refusal.status, members }))
}

/** A whole number; what lies beyond those that are ever counted to is as good as the nearest. */
function longOf(name: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined
  if (!/^[+-]?\d{1,19}$/.test(text) || BigInt(text) !== BigInt.asIntN(64, BigInt(text))) {
    throw new WireError(
      'illegal_argument_exception',
      `Failed to parse long parameter [${name}] with value [${text}]`,
    )
  }
  return Math.max(Number.MIN_SAFE_INTEGER, Math.min(Number.MAX_SAFE_INTEGER, Number(text)))
}
