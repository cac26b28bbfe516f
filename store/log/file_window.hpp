// Reads a file from front to back in large pieces, if wanted the next one ahead on a thread.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <string_view>

#include "core/base/bytes.hpp"
#include "core/base/result.hpp"
#include "core/world/disk.hpp"
#include "store/log/aligned_buffer.hpp"

namespace belay::store {

/// How files that may be large are read.
enum class Reading : std::uint8_t {
    plain,  ///< on the caller's thread, through the system's cache
    /// The next piece on a thread of its own, past the system's cache where the file system can: a
    /// start reads what nobody has read before it and nobody reads after it.
    ahead,
};

result<std::unique_ptr<world::File>> open_for(world::Disk& disk, std::string_view path,
                                              Reading reading);

class BackgroundRead;

/// Not thread-safe.
class FileWindow {
  public:
    /// `want_max`: no call of at() wants more. `file` outlives the window.
    FileWindow(const world::File& file, std::uint64_t file_bytes, std::size_t want_max,
               Reading reading);
    ~FileWindow();
    FileWindow(FileWindow&&) noexcept;
    FileWindow& operator=(FileWindow&&) = delete;

    /// The bytes from `offset`, at least `want` of them unless the file ends before. Valid until
    /// the next call. Cheap if `offset` goes up from call to call.
    result<ByteSpan> at(std::uint64_t offset, std::size_t want);

  private:
    /// A piece of the file, behind room for what is left of the piece before it: so what crosses
    /// from one into the other is in one place.
    struct Piece {
        std::unique_ptr<AlignedBuffer> buffer;
        std::size_t filled = 0;  ///< bytes behind the room
    };

    Piece& spare() noexcept { return pieces_[1 - current_]; }
    MutableByteSpan space_of(Piece& piece) const noexcept;
    result<void> go_to(std::uint64_t offset);
    result<void> go_on(std::uint64_t offset);
    result<void> fill(Piece& piece, std::uint64_t offset);
    void read_ahead();

    const world::File* file_;
    std::uint64_t file_bytes_;
    std::size_t room_bytes_;   ///< for what is left
    std::size_t piece_bytes_;  ///< behind it
    Reading reading_;
    std::array<Piece, 2> pieces_;
    std::size_t current_ = 0;
    /// What at() can give: [start_, end_) of the file, up to the end of the current piece.
    std::uint64_t start_ = 0;
    std::uint64_t end_ = 0;
    std::unique_ptr<BackgroundRead> background_;  ///< reading into spare(), if it is there
};

}  // namespace belay::store
