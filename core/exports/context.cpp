#include "core/exports/context.hpp"

#include "core/base/check.hpp"

namespace belay::exports {
namespace {

// Layout 1: u8 layout, u8 whether a set follows, 16 tenant, u32 size and bytes of the name; the
// set: 16 upload, u64 rows, 32 sha256, i64 uploaded.
constexpr std::uint8_t layout = 1;

}  // namespace

void encode(const Context& context, std::string& to) {
    check(context.name.size() <= context_name_bytes_max, "a context's name is bounded");
    ByteWriter writer(to);
    writer.integer(layout);
    writer.integer(static_cast<std::uint8_t>(context.set ? 1 : 0));
    writer.bytes(context.tenant.bytes());
    writer.text(context.name);
    if (context.set) {
        writer.bytes(context.set->upload.bytes());
        writer.integer(context.set->rows);
        writer.bytes(std::as_bytes(std::span(context.set->sha256)));
        writer.integer(static_cast<std::int64_t>(context.set->uploaded.time_since_epoch().count()));
    }
}

result<Context> decode_context(ByteSpan bytes) {
    ByteReader reader(bytes);
    const auto found_layout = reader.integer<std::uint8_t>();
    const auto has_set = reader.integer<std::uint8_t>();
    if (reader.ok() && found_layout > layout) {
        return Error::newer_format;
    }
    if (!reader.ok() || found_layout != layout || has_set > 1) {
        return Error::corrupt;
    }
    Context context;
    context.tenant = reader.octets<job::Uuid>();
    context.name = reader.text();
    if (has_set == 1) {
        TransactionSet set;
        set.upload = reader.octets<job::Uuid>();
        set.rows = reader.integer<std::uint64_t>();
        set.sha256 = reader.octets<Sha256>();
        set.uploaded = WallTime(Milliseconds(reader.integer<std::int64_t>()));
        context.set = set;
    }
    if (!reader.ok() || reader.left() != 0 || context.name.size() > context_name_bytes_max) {
        return Error::corrupt;
    }
    return context;
}

std::string set_path(const job::Uuid& context, const job::Uuid& upload) {
    return "files/sets/" + job::format_uuid(context) + "-" + job::format_uuid(upload);
}

}  // namespace belay::exports
