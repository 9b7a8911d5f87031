"use strict";
SwaggerUIBundle({
  url: "/__admin/openapi.json",
  dom_id: "#document",
  presets: [SwaggerUIBundle.presets.apis],
  validatorUrl: null,
  deepLinking: true,
  docExpansion: "none",
  filter: true,
  defaultModelsExpandDepth: 0,
});
