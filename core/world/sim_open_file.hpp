// An open file of the simulated disk: what disk_sim.hpp says of reads, writes and syncs.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "core/world/disk.hpp"
#include "core/world/sim_machine.hpp"

namespace belay::world {

class SimOpenFile final : public File {
  public:
    SimOpenFile(std::shared_ptr<SimMachine> machine, std::uint64_t process, std::string_view path,
                std::shared_ptr<SimFile> file, OpenOptions options);

    result<std::size_t> read_at(std::uint64_t offset, MutableByteSpan into) const override;
    result<void> write_at(std::uint64_t offset, ByteSpan bytes) override;
    result<void> sync() override;
    result<std::uint64_t> size() const override;
    result<void> resize(std::uint64_t size) override;

  private:
    void check_aligned(std::uint64_t offset, const std::byte* address, std::size_t size) const;
    std::size_t some_of(std::size_t size);

    const std::shared_ptr<SimMachine> machine_;
    const std::uint64_t process_;
    const std::string path_;
    const std::shared_ptr<SimFile> file_;
    const OpenOptions options_;
};

}  // namespace belay::world
