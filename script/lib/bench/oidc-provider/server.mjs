// server.mjs PORT CLIENT_ID CLIENT_SECRET SCOPES: npm's oidc-provider with its in-memory adapter, configured like
// Gatehouse: ES256 JWTs that expire after an hour, for one client with client_secret_basic.
import { generateKeyPairSync } from 'node:crypto';
import Provider from 'oidc-provider';

const [port, id, secret, scope] = process.argv.slice(2);
const issuer = `http://127.0.0.1:${port}`;
const key = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({ format: 'jwk' });

const provider = new Provider(issuer, {
    clients: [{
        client_id: id,
        client_secret: secret,
        grant_types: ['client_credentials'],
        redirect_uris: [],
        response_types: [],
        token_endpoint_auth_method: 'client_secret_basic',
        id_token_signed_response_alg: 'ES256',
        scope,
    }],
    jwks: { keys: [{ ...key, kid: 'bench', use: 'sig', alg: 'ES256' }] },
    scopes: scope.split(' '),
    ttl: { ClientCredentials: 3600 },
    features: {
        devInteractions: { enabled: false },
        clientCredentials: { enabled: true },
        resourceIndicators: {
            enabled: true,
            defaultResource: () => issuer,
            getResourceServerInfo: () => ({
                scope, audience: issuer, accessTokenFormat: 'jwt', accessTokenTTL: 3600, jwt: { sign: { alg: 'ES256' } },
            }),
        },
    },
});
provider.listen(Number(port), '127.0.0.1');
