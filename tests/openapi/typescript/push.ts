import createClient from "openapi-fetch";
import type { components, paths } from "./ndxp";
import { dossier } from "./dossier";

declare const process: { argv: string[] };
const [, , baseUrl, clientId, clientSecret] = process.argv;

// @ts-expect-error a mode that does not exist is no mode
const misspelt: components["schemas"]["Settings"]["mode"] = "stict";

async function push(): Promise<void> {
  const client = createClient<paths>({ baseUrl });
  const token = await client.POST("/token", {
    body: { grant_type: "client_credentials", client_id: clientId, client_secret: clientSecret },
    headers: { "Content-Type": "application/x-www-form-urlencoded" },
  });
  if (!token.data) throw new Error(JSON.stringify(token.error));
  const reply = await client.POST("/apiBTXH/1.0/DongBoDVC", {
    body: dossier,
    headers: { Authorization: `Bearer ${token.data.access_token}` },
  });
  console.log(reply.data?.error_code);
}

push();
