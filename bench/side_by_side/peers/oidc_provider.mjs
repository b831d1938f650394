// oidc-provider with its adapter in memory: UserInfo for people with a token each. Arguments: port, number of people, file.
// The tokens go into a file (third argument), one a line; then it serves.

import { writeFileSync } from 'node:fs';
import Provider from 'oidc-provider';

const [port, people] = process.argv.slice(2, 4).map(Number);
const issuer = `http://localhost:${port}`;

const provider = new Provider(issuer, {
  clients: [{ client_id: 'shop', client_secret: 'a-secret-of-the-shop-that-is-long-enough', redirect_uris: ['https://shop.example/back'] }],
  claims: { openid: ['sub'], profile: ['name', 'birthdate'], email: ['email'], phone: ['phone_number'], address: ['address'] },
  findAccount: (ctx, id) => ({
    accountId: id,
    claims: () => ({
      sub: id,
      name: 'Mia Tran',
      birthdate: '1991-06-17',
      email: `${id}@people.example`,
      phone_number: '+61 491 570 156',
      address: { street_address: '14 Barkly Street', locality: 'Brunswick', region: 'VIC', postal_code: '3056', country: 'AU' },
    }),
  }),
});

const scope = 'openid profile email phone address';
const client = await provider.Client.find('shop');
const tokens = [];
for (let number = 0; number < people; number += 1) {
  const accountId = `person-${number}`;
  const grant = new provider.Grant({ accountId, clientId: 'shop' });
  grant.addOIDCScope(scope);
  const grantId = await grant.save();
  const token = new provider.AccessToken({ accountId, client, grantId, scope, gty: 'authorization_code' });
  tokens.push(await token.save());
}
writeFileSync(process.argv[4], tokens.join('\n'));
provider.listen(port, '127.0.0.1');
