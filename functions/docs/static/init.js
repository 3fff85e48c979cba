"use strict";

// A file of its own: the page's Content-Security-Policy forbids inline scripts.
SwaggerUIBundle({
  url: "openapi.json",
  dom_id: "#swagger-ui",
  deepLinking: true,
  displayRequestDuration: true,
  persistAuthorization: false, // an API key must not outlive the page
  validatorUrl: null, // the contract is not sent to a third party
});
