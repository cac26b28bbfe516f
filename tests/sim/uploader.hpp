// An upload that replaces a context's set of transactions, step by step, as
// http/families/export_jobs/upload.cpp does it.
#pragma once

#include <memory>
#include <string_view>

#include "core/base/function_ref.hpp"
#include "tests/sim/asks.hpp"
#include "tests/sim/sets.hpp"

namespace belay::sim {

class Uploader {
  public:
    enum class Stage : std::uint8_t { write, place, name, wait, remove };

    /// Both outlive it. `submit` says false if no client is free to submit.
    Uploader(world::Disk& disk, Sets& sets) : disk_(disk), sets_(sets) {}

    /// Takes the next step of an upload to the context; a new upload is named by `make_id`. False:
    /// there is nothing to be done now.
    bool step(const job::Uuid& context, FunctionRef<job::Uuid()> make_id,
              FunctionRef<bool(store::Operation&)> submit);

    /// What the next step does.
    Stage stage() const noexcept { return stage_; }

    /// Whether the log is to say that the set is the context's, and has not said so yet.
    bool is_naming() const noexcept { return ask_ && !ask_->receipt(); }

    /// The process has ended.
    void forget();

  private:
    world::Disk& disk_;
    Sets& sets_;
    Stage stage_ = Stage::write;
    exports::TransactionSet set_;
    std::unique_ptr<SetAsk> ask_;
};

}  // namespace belay::sim
