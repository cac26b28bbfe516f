// The errors that only this family has; their shape and the others are the transfers'.
#pragma once

#include "http/families/transfers/errors.hpp"

namespace belay::webhook_api {

using transfer_api::Details;
using transfer_api::ErrorKind;
using transfer_api::Place;
using transfer_api::Refusal;

namespace errors {

using namespace transfer_api::errors;

inline constexpr ErrorKind webhook_not_found{404, "BTF-0001", "Webhook Not Found",
                                             "Webhook not found"};
inline constexpr ErrorKind message_not_found{404, "BTF-0001", "Message Not Found",
                                             "Message not found"};
inline constexpr ErrorKind too_many_webhooks{
    422, "BTF-0001", "Too Many Webhooks",
    "An organization has at most 16 webhooks. Remove one to register another."};
inline constexpr ErrorKind webhook_gone{
    422, "BTF-0001", "Webhook Gone",
    "The webhook that the message was for has been removed or is disabled."};

}  // namespace errors
}  // namespace belay::webhook_api
