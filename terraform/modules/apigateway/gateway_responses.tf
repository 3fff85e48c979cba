# What API Gateway answers by itself, as problems (RFC 9457) like those of the functions.

locals {
  # The problem type of draft-ietf-httpapi-ratelimit-headers, whose `violated-policies` says which
  # limit it was. RateLimit-Policy is left out: it would tell the numbers, which differ by plan.
  quota_exceeded = {
    type  = "https://iana.org/assignments/http-problem-types#quota-exceeded"
    title = "Request cannot be satisfied as assigned quota has been exceeded"
  }

  # Type of the response → what it says. Without `status` the one that API Gateway chose stays.
  problems = {
    ACCESS_DENIED                  = { status = 403, slug = "forbidden", title = "Forbidden", detail = "The caller may not do this." }
    API_CONFIGURATION_ERROR        = { status = 500, slug = "internal-error", title = "Internal server error", detail = "The request could not be served. Quote the request id when you report it." }
    AUTHORIZER_CONFIGURATION_ERROR = { status = 500, slug = "internal-error", title = "Internal server error", detail = "The request could not be authorized. Quote the request id when you report it." }
    AUTHORIZER_FAILURE             = { status = 500, slug = "internal-error", title = "Internal server error", detail = "The request could not be authorized. Quote the request id when you report it." }
    BAD_REQUEST_BODY               = { status = 400, slug = "invalid-body", title = "Invalid request body", detail = "The request body is not JSON, or does not match the contract.", error = "$context.error.validationErrorString" }
    BAD_REQUEST_PARAMETERS         = { status = 400, slug = "invalid-parameter", title = "Invalid parameter", detail = "A required parameter is missing or not as the contract has it." }
    DEFAULT_4XX                    = { slug = "request-refused", title = "Request refused", detail = "The request was refused." }
    DEFAULT_5XX                    = { slug = "internal-error", title = "Internal server error", detail = "The request could not be served. Quote the request id when you report it." }
    EXPIRED_TOKEN                  = { status = 401, slug = "unauthorized", title = "Unauthorized", detail = "The ID token has expired. Refresh it.", headers = { WWW-Authenticate = "'Bearer error=\"invalid_token\"'" } }
    INTEGRATION_FAILURE            = { status = 502, slug = "bad-gateway", title = "Bad gateway", detail = "The service gave no valid answer. Try again." }
    INTEGRATION_TIMEOUT            = { status = 504, slug = "gateway-timeout", title = "Gateway timeout", detail = "The service did not answer in time. Try again." }
    INVALID_API_KEY                = { status = 403, slug = "forbidden", title = "Forbidden", detail = "Send a valid API key in the header x-api-key." }
    INVALID_SIGNATURE              = { status = 404, slug = "not-found", title = "Not found", detail = "No such resource." } # a token is taken for one where no route is, and none asks for one
    MISSING_AUTHENTICATION_TOKEN   = { status = 404, slug = "not-found", title = "Not found", detail = "No such resource." }
    QUOTA_EXCEEDED                 = { status = 429, policy = "quota", title = local.quota_exceeded.title, detail = "The API key's quota is used up.", headers = { Retry-After = "'3600'", RateLimit = "'\"quota\";r=0'" } }
    REQUEST_TOO_LARGE              = { status = 413, slug = "content-too-large", title = "Content too large", detail = "The request is larger than 10 MB." }
    RESOURCE_NOT_FOUND             = { status = 404, slug = "not-found", title = "Not found", detail = "No such resource." }
    THROTTLED                      = { status = 429, policy = "rate", title = local.quota_exceeded.title, detail = "The rate of the API key, or of the route, is exceeded. Slow down.", headers = { Retry-After = "'1'", RateLimit = "'\"rate\";r=0;t=1'" } }
    UNAUTHORIZED                   = { status = 401, slug = "unauthorized", title = "Unauthorized", detail = "Send the ID token of a user who has signed in.", headers = { WWW-Authenticate = "'Bearer'" } }
    UNSUPPORTED_MEDIA_TYPE         = { status = 415, slug = "unsupported-media-type", title = "Unsupported media type", detail = "The operation does not take this Content-Type." }
    WAF_FILTERED                   = { status = 403, slug = "forbidden", title = "Forbidden", detail = "The request was refused by a firewall rule." }
  }

  # A header here is a fixed text or one value of the request, so one of several origins can only
  # be the caller's own. Problems hold nothing of value to a foreign page.
  cors_headers = merge(
    length(var.cors_allow_origins) == 0 ? {} : { Access-Control-Expose-Headers = "'RateLimit, RateLimit-Policy, Retry-After, WWW-Authenticate, X-Request-Id'" },
    length(var.cors_allow_origins) == 1 ? { Access-Control-Allow-Origin = "'${var.cors_allow_origins[0]}'" } : {},
    length(var.cors_allow_origins) > 1 ? { Access-Control-Allow-Origin = "method.request.header.Origin", Vary = "'Origin'" } : {},
  )

  gateway_responses = {
    for type, problem in local.problems : type => merge(
      { for key, status in problem : "statusCode" => tostring(status) if key == "status" },
      {
        responseParameters = {
          for name, value in merge(
            {
              Content-Type  = "'application/problem+json'"
              Cache-Control = "'no-store'"
              X-Request-Id  = "context.requestId"
            },
            lookup(problem, "headers", {}),
            local.cors_headers,
          ) : "gatewayresponse.header.${name}" => value
        }
        responseTemplates = {
          "application/json" = jsonencode(merge(
            { for key, value in problem : key => value if contains(["status", "title", "detail"], key) },
            { requestId = "$context.requestId" },
            { for key, slug in problem : "type" => "urn:catalog:problem:${slug}" if key == "slug" },
            { for key, policy in problem : "type" => local.quota_exceeded.type if key == "policy" },
            { for key, policy in problem : "violated-policies" => [policy] if key == "policy" },
            { for key, message in problem : "errors" => [{ detail = message }] if key == "error" },
          ))
        }
      },
    )
  }
}
